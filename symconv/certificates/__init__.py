"""Certificates: the results of a problem as theorems that the Coq kernel accepts.

``theory/*.v`` states and proves for every size what the reports use. :mod:`symconv.certificates.questions` states
the results of a problem as instances of it, one theorem an entry; :mod:`symconv.certificates.coq` has them checked;
:mod:`symconv.certificates.certification` turns the outcome into checks, and :mod:`symconv.certificates.folder`
writes everything down.

To certify a further kind of result, prove the theorem in ``theory``, and give
:mod:`symconv.certificates.outputs`, :mod:`symconv.certificates.gradients`, :mod:`symconv.certificates.chains` or
:mod:`symconv.certificates.windows` a rule that states its instances.
"""
