"""The narrator: derivations, theorems and questions told as a document. All running text stands here."""
