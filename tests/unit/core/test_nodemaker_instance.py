"""Node classes from the methods of one object."""

import asyncio
import gc
from collections.abc import Iterator
from typing import Any

import pytest

from funcnodes_core.exceptions import NodeTriggerError
from funcnodes_core.node import Node, get_nodeclass
from funcnodes_core.nodemaker.instance import NodeClassMixin, instance_nodefunction


class Camera(NodeClassMixin):
    NODECLASSID = "test.camera"

    def __init__(self, uuid: str = "") -> None:
        if uuid:
            self.uuid = uuid
        self.picture = 0

    @instance_nodefunction(outputs=[{"name": "image"}])
    def get_image(self) -> int:
        """Give the picture.

        And more.
        """
        return self.picture

    @get_image.triggers
    def shoot(self, picture: int) -> int:
        self.picture = picture
        return picture * 2

    @get_image.triggers
    async def shoot_later(self, picture: int) -> None:
        await asyncio.sleep(0)
        self.picture = picture

    @instance_nodefunction(default_io_options={"gain": {"hidden": True}}, name="Set it")
    @get_image.triggers
    async def set_gain(self, gain: float, node: Any = None) -> tuple[float, Any]:
        await asyncio.sleep(0)
        return gain, node

    @get_image.triggers
    @instance_nodefunction()
    def reset(self) -> None:
        self.picture = 0

    @instance_nodefunction(trigger_on_call=True)
    def count(self) -> int:
        return self.picture

    @instance_nodefunction()
    def frames(self, n: int) -> Iterator[int]:
        yield from range(n)


def test_a_decorated_method_stays_a_method() -> None:
    camera = Camera()

    assert camera.shoot(4) == 8
    assert camera.get_image() == 4
    assert Camera.get_image(camera) == 4
    assert camera.get_image.name == "get_image"
    assert camera.get_image.__doc__ is not None


def test_every_object_has_a_node_class_of_its_own() -> None:
    one, two = Camera("one"), Camera("two")

    made = one.get_image.nodeclass(one)

    assert made is one.get_image.nodeclass()
    assert made is not two.get_image.nodeclass()
    assert made.node_id == "test.camera.one.get_image"
    assert get_nodeclass("test.camera.one.get_image") is made
    assert (made.node_name, made.description) == ("Get_Image", "Give the picture.")
    assert one.set_gain.nodeclass().node_name == "Set it"


@pytest.mark.anyio
async def test_nodes_call_the_method_on_their_object() -> None:
    camera = Camera("call")
    camera.picture = 7
    node = camera.get_image.nodeclass()()

    await node

    assert node.outputs["image"].value == 7
    assert list(node.inputs) == ["_triggerinput"]


@pytest.mark.anyio
async def test_nodes_do_not_run_when_they_are_created() -> None:
    camera = Camera("created")
    node = camera.get_image.nodeclass()()
    for _ in range(5):
        await asyncio.sleep(0)

    assert node.run_count == 0


@pytest.mark.anyio
async def test_async_methods_with_a_node_parameter_work() -> None:
    camera = Camera("async")
    node = camera.set_gain.nodeclass()()
    node.inputs["gain"].value = 2.5

    await node

    assert node.inputs["gain"].hidden
    assert [node.outputs[i].value for i in ("out0", "out1")] == [2.5, node]


@pytest.mark.anyio
async def test_generator_methods_stream() -> None:
    node = Camera("frames").frames
    camera = Camera("frames2")
    node = camera.frames.nodeclass()()
    seen: list[int] = []
    node.outputs["out"].on("after_set_value", lambda result, **_: seen.append(result))
    node.inputs["n"].value = 3

    await node

    assert seen == [0, 1, 2]


@pytest.mark.anyio
async def test_triggers_asks_the_live_nodes_after_the_call() -> None:
    camera = Camera("triggers")
    node = camera.get_image.nodeclass()()

    camera.shoot(3)
    await node
    first = (node.run_count, node.outputs["image"].value)
    later = camera.shoot_later(4)
    asked = node._live
    await later
    camera.reset()
    await node

    assert first == (1, 3)
    assert asked  # asked when the coroutine was made, before it was awaited
    assert node.outputs["image"].value == 0


@pytest.mark.anyio
async def test_a_run_of_a_triggering_node_asks_the_others() -> None:
    camera = Camera("chain")
    image, gain = camera.get_image.nodeclass()(), camera.set_gain.nodeclass()()
    gain.inputs["gain"].value = 1.0

    await gain
    async with asyncio.timeout(5):
        while image.run_count == 0:
            await asyncio.sleep(0)

    assert gain.run_count == 1


@pytest.mark.anyio
async def test_trigger_on_call_asks_the_methods_own_nodes() -> None:
    camera = Camera("oncall")
    counted, image = camera.count.nodeclass()(), camera.get_image.nodeclass()()

    camera.count()
    camera.get_image()

    assert counted._live
    assert not image._live
    await counted


def test_nodes_lists_what_is_alive() -> None:
    camera = Camera("alive")
    assert camera.get_image.nodes(camera) == []

    node = camera.get_image.nodeclass()()
    assert camera.get_image.nodes() == [node]

    del node
    gc.collect()
    assert camera.get_image.nodes() == []


def test_options_set_on_the_class_template_are_inherited_and_values_are_not() -> None:
    camera = Camera("options")
    made: Any = camera.set_gain.nodeclass()

    made.input_gain.update_value_options(max=5)
    made.input_gain.set_value(3.0, does_trigger=False)
    node = made()

    assert node.inputs["gain"].value_options["max"] == 5
    assert node.inputs["gain"].value != 3.0


def test_the_mixin_knows_functions_classes_and_nodes() -> None:
    camera = Camera("mixin")
    names = ["get_image", "set_gain", "reset", "count", "frames"]

    camera.create_nodes()
    node = camera.get_nodeclass("get_image")()

    assert list(camera.get_all_nodefunctions()) == names
    assert len(camera.get_all_nodeclasses()) == len(names)
    assert all(issubclass(cls, Node) for cls in camera.get_all_nodeclasses())
    assert camera.get_nodes(camera.get_image) == [node] == camera.get_all_nodes()
    with pytest.raises(TypeError, match="no node function"):
        camera.get_nodes("shoot")


def test_cleanup_lets_the_classes_go() -> None:
    camera = Camera("cleanup")
    camera.create_nodes()

    camera.cleanup()
    gc.collect()

    with pytest.raises(KeyError):
        get_nodeclass("test.camera.cleanup.get_image")


def test_an_object_goes_away_although_it_has_node_classes() -> None:
    camera = Camera("gone")
    camera.create_nodes()

    del camera
    gc.collect()

    with pytest.raises(KeyError):
        get_nodeclass("test.camera.gone.get_image")


@pytest.mark.anyio
async def test_a_node_whose_object_is_gone_says_so() -> None:
    camera = Camera("late")
    node = camera.get_image.nodeclass()()
    del camera
    gc.collect()

    with pytest.raises(NodeTriggerError, match="'get_image' is gone"):
        await node


def test_a_concrete_class_needs_an_id() -> None:
    class Abstract(NodeClassMixin):
        IS_ABSTRACT = True

    with pytest.raises(ValueError, match="NODECLASSID"):

        class Concrete(Abstract):
            pass


def test_uuid_and_name() -> None:
    camera = Camera()
    uuid = camera.uuid

    assert len(uuid) == 32
    assert camera.name == f"Camera({uuid})"
    with pytest.raises(AttributeError, match="already"):
        camera.uuid = "other"
    camera.name = "Desk"
    assert camera.name == "Desk"


def test_cleanup_goes_on_to_the_other_bases() -> None:
    seen: list[str] = []

    class Other:
        def cleanup(self) -> None:
            seen.append("other")

    class Both(NodeClassMixin, Other):
        NODECLASSID = "test.both"

    Both().cleanup()

    assert seen == ["other"]
