"""Care for a home: doctor, fsck, gc, init, merge, rm, salvage, and the catalogues of recipes and playbooks.

It may import `launch`, `finish` and below. It removes nothing without a proof that nothing is lost.
"""
