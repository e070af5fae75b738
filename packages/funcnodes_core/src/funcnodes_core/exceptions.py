"""Every exception of the engine, one tree.

Each one is also the builtin it stands for, so that `except KeyError` keeps working::

    FuncNodesError (Exception)
    ├── NodeError
    │   ├── NodeIdAlreadyExistsError (ValueError)   another class holds that node id
    │   ├── NodeKeyError (KeyError)                 no node class of that id
    │   ├── NodeReadyError (ValueError)             a required input has no value
    │   ├── InTriggerError (RuntimeError)           the node is running
    │   ├── NodeTriggerError                        a node's function raised
    │   ├── NodeCancelledError                      a run was stopped
    │   ├── NodeTimeoutError (TimeoutError)         a run took longer than its node allows
    │   └── ProtectedNameError (TypeError)          a class body takes a reserved name
    ├── IOError_
    │   ├── NodeIOError
    │   │   ├── NodeAlreadyDefinedError (ValueError)   a port belongs to another node
    │   │   └── NodeConnectionError (ValueError)       these two cannot be connected
    │   │       ├── SameNodeConnectionError
    │   │       ├── MultipleConnectionsError           the input is taken
    │   │       └── ForwardLoopError                   forwards would run in a circle
    │   └── IONotFoundError (KeyError)              no port of that id
    ├── NodeSpaceError
    │   ├── NodeNotFoundError (KeyError)            no node of that uuid
    │   ├── DuplicateNodeError (ValueError)         the uuid is taken
    │   ├── EdgeNotFoundError (KeyError)            these two are not connected
    │   ├── WrongThreadError (RuntimeError)         a structure change from another thread
    │   └── WrongLoopError (RuntimeError)           a wire or a wait across event loops
    ├── GroupError (ValueError)
    │   ├── GroupNotFoundError (KeyError)           no group of that id
    │   ├── GroupExistsError                        the id is taken
    │   └── GroupCycleError                         a group would be inside itself
    ├── LibraryError
    │   ├── NodeClassNotFoundError (ValueError)
    │   └── ShelfError (ValueError)
    │       ├── ShelfExistsError
    │       ├── ShelfNotFoundError
    │       ├── ShelfPathError
    │       └── ShelfTypeError
    ├── EventError
    │   └── MissingSourceError (KeyError, ValueError)  a message without its sender
    ├── CodecError
    │   ├── NoEncoderError (TypeError)              no encoder for values of that type
    │   └── NotExactError (ValueError)              a value without a lossless form in JSON
    │       └── ValueTooLargeError                  its form is larger than asked for
    └── DamagedFileError (ValueError)               a file that cannot be read

What is raised *inside* of a node's function to break it off stands outside of that tree, so that the function's own
`except Exception` lets it pass::

    RunInterrupted (BaseException)                  the run is stopped
    └── RunTimedOut                                 it takes longer than its node allows
"""

from __future__ import annotations

__all__ = [
    "CodecError",
    "DamagedFileError",
    "DuplicateNodeError",
    "EdgeNotFoundError",
    "EventError",
    "ForwardLoopError",
    "FuncNodesError",
    "GroupCycleError",
    "GroupError",
    "GroupExistsError",
    "GroupNotFoundError",
    "IOError_",
    "IONotFoundError",
    "InTriggerError",
    "LibraryError",
    "MissingSourceError",
    "MultipleConnectionsError",
    "NoEncoderError",
    "NodeAlreadyDefinedError",
    "NodeCancelledError",
    "NodeClassNotFoundError",
    "NodeConnectionError",
    "NodeError",
    "NodeIOError",
    "NodeIdAlreadyExistsError",
    "NodeKeyError",
    "NodeNotFoundError",
    "NodeReadyError",
    "NodeSpaceError",
    "NodeTimeoutError",
    "NodeTriggerError",
    "NotExactError",
    "ProtectedNameError",
    "RunInterrupted",
    "RunTimedOut",
    "SameNodeConnectionError",
    "ShelfError",
    "ShelfExistsError",
    "ShelfNotFoundError",
    "ShelfPathError",
    "ShelfTypeError",
    "ValueTooLargeError",
    "WrongLoopError",
    "WrongThreadError",
]


class FuncNodesError(Exception):
    """Root of every error that the engine raises itself."""

    def __str__(self) -> str:
        # KeyError shows its argument's repr; a message is for people
        return " ".join(str(a) for a in self.args)


class NodeError(FuncNodesError):
    """Something about one node."""


class NodeIdAlreadyExistsError(NodeError, ValueError):
    """Another class is registered under that node id."""


class NodeKeyError(NodeError, KeyError):
    """No node class is registered under that id."""


class NodeReadyError(NodeError, ValueError):
    """A required input has no value."""


class InTriggerError(NodeError, RuntimeError):
    """The node is running already."""


class NodeTriggerError(NodeError):
    """A node's function raised; the message is that of the original error.

    Attributes:
        original: The exception that the function raised.
    """

    original: BaseException | None = None


class NodeCancelledError(NodeError):
    """A run was stopped before its end.

    Attributes:
        how: "cancelled", or "killed" where that took the end of a process.
    """

    how: str = "cancelled"


class NodeTimeoutError(NodeError, TimeoutError):
    """A run took longer than the `timeout_s` of its node."""


class RunInterrupted(BaseException):
    """Raised in the function of a node that is stopped; clean up and let it pass."""


class RunTimedOut(RunInterrupted):
    """Raised in the function of a node that takes longer than its `timeout_s`."""


class ProtectedNameError(NodeError, TypeError):
    """A node class defines a name that the engine needs."""


class IOError_(FuncNodesError):
    """Something about one port."""


class NodeIOError(IOError_):
    """A port was used wrongly."""


class NodeAlreadyDefinedError(NodeIOError, ValueError):
    """The port belongs to another node."""


class NodeConnectionError(NodeIOError, ValueError):
    """These two ports cannot be connected."""


class SameNodeConnectionError(NodeConnectionError):
    """A forward between inputs of one node."""


class MultipleConnectionsError(NodeConnectionError):
    """The input takes one connection and has it."""


class ForwardLoopError(NodeConnectionError):
    """Forwards from input to input would run in a circle."""


class IONotFoundError(IOError_, NodeError, KeyError):
    """The node has no port of that id; the message names those it has."""


class NodeSpaceError(FuncNodesError):
    """Something about a graph."""


class NodeNotFoundError(NodeSpaceError, KeyError):
    """The graph has no node of that uuid."""


class DuplicateNodeError(NodeSpaceError, ValueError):
    """The graph has a node of that uuid."""


class EdgeNotFoundError(NodeSpaceError, KeyError):
    """These two ports are not connected."""


class WrongThreadError(NodeSpaceError, RuntimeError):
    """A structure change from another thread; the message names the way to do it."""


class WrongLoopError(NodeSpaceError, RuntimeError):
    """A wire or a wait that crosses event loops."""


class GroupError(FuncNodesError, ValueError):
    """Something about the groups of a graph."""


class GroupNotFoundError(GroupError, KeyError):
    """No group of that id."""


class GroupExistsError(GroupError):
    """A group of that id is there already."""


class GroupCycleError(GroupError):
    """A group would be inside itself."""


class LibraryError(FuncNodesError):
    """Something about the library of node classes."""


class NodeClassNotFoundError(LibraryError, ValueError):
    """The library has no node class of that id."""


class ShelfError(LibraryError, ValueError):
    """A shelf that is none, or is not there."""


class ShelfExistsError(ShelfError):
    """A shelf of that name is there already."""


class ShelfNotFoundError(ShelfError):
    """No shelf at that path."""


class ShelfPathError(ShelfError):
    """A path that names no shelf."""


class ShelfTypeError(ShelfError):
    """A value that is no shelf."""


class EventError(FuncNodesError):
    """Something about an event."""


class MissingSourceError(EventError, KeyError, ValueError):
    """A message for callbacks lacks `src`, its sender."""


class CodecError(FuncNodesError):
    """Something about turning values into bytes or JSON and back."""


class NoEncoderError(CodecError, TypeError):
    """No encoder knows values of that type."""


class NotExactError(CodecError, ValueError):
    """The value has no form in JSON that gives back an equal value of the same type."""


class ValueTooLargeError(NotExactError):
    """The value's form in JSON is larger than asked for."""


class DamagedFileError(FuncNodesError, ValueError):
    """A file that cannot be read; the message names it."""
