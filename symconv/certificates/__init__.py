"""Certificates: the results of a problem as theorems that the Coq kernel accepts.

``theory/*.v`` states and proves for every size what the reports use. :func:`~symconv.certificates.statements.
certificates` writes the results of a problem as instances of it, one theorem an entry;
:mod:`symconv.certificates.coq` has them checked; :mod:`symconv.certificates.record` writes down what came out.

To certify a further kind of result, prove the theorem in ``theory``, and give
:mod:`symconv.certificates.statements` a rule that states its instances.
"""
