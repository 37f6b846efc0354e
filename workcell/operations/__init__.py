"""Every operation of workcell by name, with typed requests and results: the one list that faces know.

`registry` lists the operations, `encode` makes documents of results, `decode` makes requests of documents. A face turns
what it was asked into a Request, calls `registry.perform`, and shows the Result; it works nothing out by itself.

It may import every room below `faces`. Modules of operations are imported when an operation is asked for, not before.
"""
