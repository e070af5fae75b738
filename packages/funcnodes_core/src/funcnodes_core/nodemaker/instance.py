"""Node classes from the methods of one object, as external workers have them.

A method decorated with `instance_nodefunction` stays a method; besides, every object that has it offers a
node class of its own, made when it is first asked for, whose nodes call the method on that object.
"""

from __future__ import annotations

import functools
import inspect
import weakref
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, TypeAlias, overload

from funcnodes_core.ids import new_uuid
from funcnodes_core.node.base import Node
from funcnodes_core.nodemaker.decorator import node_class_maker
from funcnodes_core.nodemaker.signature import function_signature

__all__ = ["BoundNodeFunction", "InstanceNodeFunction", "NodeClassMixin", "instance_nodefunction"]

AnyFunction: TypeAlias = Callable[..., Any]


def instance_nodefunction(
    trigger_on_call: bool | None = None, **kwargs: Any
) -> Callable[[AnyFunction], InstanceNodeFunction]:
    """Decorator for a method whose object offers a node class of it.

    Args:
        trigger_on_call: Ask all nodes of the method for a run when the method itself is called.
        **kwargs: As NodeDecorator takes them. Nodes do not run when they are created unless
            `default_trigger_on_create` says so.
    """

    def decorate(method: AnyFunction) -> InstanceNodeFunction:
        return InstanceNodeFunction(method, trigger_on_call, kwargs)

    return decorate


class _InstanceNode(Node):
    """Base of the node classes of methods: a class knows its live nodes."""

    live_nodes: ClassVar[weakref.WeakSet[Node]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        type(self).live_nodes.add(self)


class InstanceNodeFunction:
    """The decorated method in its class; on an object it gives a BoundNodeFunction."""

    def __init__(self, method: AnyFunction, trigger_on_call: bool | None, kwargs: dict[str, Any]) -> None:
        functools.update_wrapper(self, method)
        self.method = method
        self.name = method.__name__
        self.trigger_on_call = trigger_on_call
        self.node_kwargs = {
            "default_trigger_on_create": False,
            "node_name": kwargs.get("name", method.__name__.title()),
            **kwargs,
        }
        self._bound: weakref.WeakKeyDictionary[Any, BoundNodeFunction] = weakref.WeakKeyDictionary()

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> InstanceNodeFunction: ...
    @overload
    def __get__(self, instance: Any, owner: type) -> BoundNodeFunction: ...
    def __get__(self, instance: Any, owner: type) -> InstanceNodeFunction | BoundNodeFunction:
        if instance is None:
            return self
        bound = self._bound.get(instance)
        if bound is None:
            bound = self._bound[instance] = BoundNodeFunction(self, instance)
        return bound

    def __call__(self, instance: Any, *args: Any, **kwargs: Any) -> Any:
        """Call the method as `Class.method(instance, ...)` does."""
        return self.__get__(instance, type(instance))(*args, **kwargs)

    @overload
    def triggers(self, func: InstanceNodeFunction) -> InstanceNodeFunction: ...
    @overload
    def triggers(self, func: AnyFunction) -> AnyFunction: ...
    def triggers(self, func: AnyFunction | InstanceNodeFunction) -> AnyFunction | InstanceNodeFunction:
        """Decorator for another method: after each call of it, the nodes of this one are asked to run."""
        if isinstance(func, InstanceNodeFunction):
            func.method = self.triggers(func.method)
            return func

        @functools.wraps(func)
        def wrapper(instance: Any, *args: Any, **kwargs: Any) -> Any:
            result = func(instance, *args, **kwargs)
            self.__get__(instance, type(instance)).request_triggers()
            return result

        wrapper.__signature__ = inspect.signature(func)  # type: ignore[attr-defined]
        return wrapper


class BoundNodeFunction:
    """A decorated method of one object: callable, and the source of its node class."""

    def __init__(self, function: InstanceNodeFunction, instance: Any) -> None:
        functools.update_wrapper(self, function.method)
        self._function = function
        self._instance = weakref.ref(instance)
        self._nodeclass: type[_InstanceNode] | None = None

    @property
    def name(self) -> str:
        """The method's name."""
        return self._function.name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the method; with `trigger_on_call` its nodes are asked to run afterwards."""
        result = self._call(*args, **kwargs)
        if self._function.trigger_on_call:
            self.request_triggers()
        return result

    def nodeclass(self, instance: Any = None) -> type[Node]:
        """The node class of this object's method; the argument is not needed any more."""
        if self._nodeclass is None:
            self._nodeclass = self._make()
        return self._nodeclass

    def nodes(self, instance: Any = None) -> list[Node]:
        """The live nodes of that class; the argument is not needed any more."""
        return [] if self._nodeclass is None else list(self._nodeclass.live_nodes)

    def request_triggers(self) -> None:
        """Ask every live node for a run."""
        for node in self.nodes():
            node.request_trigger()

    def forget(self) -> None:
        """Let go of the node class."""
        self._nodeclass = None

    def _call(self, *args: Any, **kwargs: Any) -> Any:
        owner = self._owner()
        try:
            result = self._function.method(owner, *args, **kwargs)
        except Exception as error:
            owner.redact(error)
            raise
        return _redacting(owner, result) if inspect.iscoroutine(result) else result

    def _owner(self) -> Any:
        instance = self._instance()
        if instance is None:
            raise ReferenceError(f"the object of {self.name!r} is gone")
        return instance

    def _make(self) -> type[_InstanceNode]:
        function, instance = self._function, self._owner()
        # the metadata of the method, which has no `self` in it, serves the node classes of all objects
        method = function_signature(
            function.method,
            name=function.node_kwargs.get("name"),
            inputs=function.node_kwargs.get("inputs"),
            outputs=function.node_kwargs.get("outputs"),
        ).func
        body = _without_self(method, self._call)
        cls = node_class_maker(
            func=body,
            **{
                "id": f"{instance.NODECLASSID}.{instance.uuid}.{self.name}",
                "superclass": _InstanceNode,
                **function.node_kwargs,
            },
        )
        assert issubclass(cls, _InstanceNode)
        cls.live_nodes = weakref.WeakSet()
        return cls


async def _redacting(owner: Any, work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return await work
    except Exception as error:
        owner.redact(error)
        raise


def _without_self(method: AnyFunction, call: AnyFunction) -> AnyFunction:
    """A function like the method, without its first parameter."""
    if inspect.isasyncgenfunction(method):

        async def agen(**kwargs: Any) -> Any:
            async for value in call(**kwargs):
                yield value

        made: AnyFunction = agen
    elif inspect.isgeneratorfunction(method):

        def gen(**kwargs: Any) -> Any:
            yield from call(**kwargs)

        made = gen
    elif inspect.iscoroutinefunction(inspect.unwrap(method)):

        async def coroutine(**kwargs: Any) -> Any:
            result = call(**kwargs)
            return await result if inspect.isawaitable(result) else result

        made = coroutine
    else:
        made = functools.wraps(method)(lambda **kwargs: call(**kwargs))
    functools.update_wrapper(made, method)
    signature = inspect.signature(method)
    made.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])  # type: ignore[attr-defined]
    return made


class NodeClassMixin:
    """Gives an object node classes for its methods decorated with `instance_nodefunction`.

    A concrete subclass names itself by `NODECLASSID`; abstract ones say `IS_ABSTRACT = True`.
    """

    NODECLASSID: ClassVar[str]
    IS_ABSTRACT: ClassVar[bool] = True

    _uuid: str | None = None
    _name: str | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Check that the class can name its nodes.

        Raises:
            ValueError: A concrete class has no NODECLASSID.
        """
        super().__init_subclass__(**kwargs)
        if "IS_ABSTRACT" not in cls.__dict__:
            cls.IS_ABSTRACT = False
        if not cls.IS_ABSTRACT and not getattr(cls, "NODECLASSID", None):
            raise ValueError(f"{cls.__name__} needs a NODECLASSID, the first part of its nodes' ids")

    @property
    def uuid(self) -> str:
        """The object's id; it can be set once, before it is used."""
        if self._uuid is None:
            self._uuid = new_uuid()
        return self._uuid

    @uuid.setter
    def uuid(self, uuid: str) -> None:
        if self._uuid is not None and self._uuid != uuid:
            raise AttributeError(f"the uuid is {self._uuid!r} already: node ids depend on it")
        self._uuid = uuid

    @property
    def name(self) -> str:
        """What people see; by default the class and the uuid."""
        return self._name if self._name is not None else f"{type(self).__name__}({self.uuid})"

    @name.setter
    def name(self, name: str) -> None:
        self._name = name

    def get_all_nodefunctions(self) -> dict[str, BoundNodeFunction]:
        """The decorated methods by name."""
        names = {name: None for cls in reversed(type(self).__mro__) for name in vars(cls)}
        return {
            name: getattr(self, name)
            for name in names
            if isinstance(getattr(type(self), name, None), InstanceNodeFunction)
        }

    def create_nodes(self) -> None:
        """Make all node classes now."""
        for function in self.get_all_nodefunctions().values():
            function.nodeclass()

    def get_nodes(self, function: str | BoundNodeFunction) -> list[Node]:
        """The live nodes of one method."""
        return self._function(function).nodes()

    def get_nodeclass(self, function: str | BoundNodeFunction) -> type[Node]:
        """The node class of one method."""
        return self._function(function).nodeclass()

    def get_all_nodeclasses(self) -> list[type[Node]]:
        """The node classes of all methods."""
        return [function.nodeclass() for function in self.get_all_nodefunctions().values()]

    def get_all_nodes(self) -> list[Node]:
        """The live nodes of all methods."""
        return [node for function in self.get_all_nodefunctions().values() for node in function.nodes()]

    def redact(self, error: BaseException) -> None:
        """Take out of an error of a method what nobody may read; a hook for objects that keep secrets."""

    def cleanup(self) -> None:
        """Let go of the node classes."""
        for function in self.get_all_nodefunctions().values():
            function.forget()
        inherited = getattr(super(), "cleanup", None)
        if inherited is not None:
            inherited()

    def _function(self, function: str | BoundNodeFunction) -> BoundNodeFunction:
        found = function if isinstance(function, BoundNodeFunction) else getattr(self, function)
        if not isinstance(found, BoundNodeFunction):
            raise TypeError(f"{function!r} is no node function of {type(self).__name__}")
        return found
