"""Groups of nodes."""

from __future__ import annotations

import json

import pytest

from funcnodes_core.exceptions import GroupCycleError, GroupError, GroupExistsError, GroupNotFoundError
from funcnodes_core.grouping_logic import GroupingLogic


@pytest.fixture
def nested() -> GroupingLogic:
    """outer [n1] > middle [n2] > inner [n3], and apart [n4]."""
    groups = GroupingLogic()
    groups.add_group("outer", ["n1"], meta={"name": "Outer"})
    groups.add_group("middle", ["n2"], parent_group="outer")
    groups.add_group("inner", ["n3"], parent_group="middle")
    groups.add_group("apart", ["n4"])
    return groups


def test_groups_know_nodes_children_and_parents(nested: GroupingLogic) -> None:
    assert nested.get_group("outer") == {
        "node_ids": ["n1"],
        "child_groups": ["middle"],
        "parent_group": None,
        "meta": {"name": "Outer"},
        "position": [0, 0],
    }
    assert list(nested.get_all_groups()) == ["outer", "middle", "inner", "apart"]
    assert nested.find_group_of_node("n3") == "inner"
    assert nested.find_group_of_node("loose") is None
    assert nested.get_group_ancestors("inner") == ["middle", "outer"]


def test_ids_must_be_new_and_must_exist(nested: GroupingLogic) -> None:
    with pytest.raises(GroupExistsError, match="outer"):
        nested.add_group("outer")
    for call in (
        lambda: nested.get_group("no"),
        lambda: nested.remove_group("no"),
        lambda: nested.add_group("new", ["n1"], parent_group="no"),
        lambda: nested.set_group_parent("outer", "no"),
        lambda: nested.set_group_parent("no", "outer"),
        lambda: nested.add_nodes_to_group("no", ["n1"]),
        lambda: nested.remove_nodes_from_group("no", []),
        lambda: nested.set_group_meta("no", {}),
        lambda: nested.get_group_ancestors("no"),
        lambda: nested.group_together(group_ids=["no"]),
    ):
        with pytest.raises(GroupNotFoundError, match="no"):
            call()
    assert issubclass(GroupNotFoundError, ValueError)
    assert "new" not in nested.get_all_groups()


def test_a_node_is_in_one_group_and_empty_groups_vanish(nested: GroupingLogic) -> None:
    nested.add_nodes_to_group("outer", ["n4", "n1"])

    assert nested.find_group_of_node("n4") == "outer"
    assert nested.get_group("outer")["node_ids"] == ["n1", "n4"]
    assert "apart" not in nested.get_all_groups()


def test_emptying_a_group_empties_those_around_it() -> None:
    groups = GroupingLogic()
    groups.add_group("a")
    groups.add_group("b", parent_group="a")
    groups.add_group("c", ["n"], parent_group="b")

    groups.ungroup_nodes(["n", "unknown"])

    assert groups.get_all_groups() == {}
    assert groups.find_group_of_node("n") is None


def test_only_members_are_taken_out(nested: GroupingLogic) -> None:
    nested.remove_nodes_from_group("outer", ["n1", "n4"])

    assert nested.find_group_of_node("n1") is None
    assert nested.find_group_of_node("n4") == "apart"


def test_removing_a_group_moves_what_is_in_it_up(nested: GroupingLogic) -> None:
    nested.remove_group("middle")

    assert nested.get_group("outer")["node_ids"] == ["n1", "n2"]
    assert nested.get_group("outer")["child_groups"] == ["inner"]
    assert nested.get_group("inner")["parent_group"] == "outer"
    nested.remove_group("outer")
    assert nested.find_group_of_node("n1") is None
    assert nested.get_group("inner")["parent_group"] is None


def test_removing_recursively_moves_all_nodes_up(nested: GroupingLogic) -> None:
    nested.remove_group("middle", recursive=True)

    assert sorted(nested.get_all_groups()) == ["apart", "outer"]
    assert nested.get_group("outer")["node_ids"] == ["n1", "n2", "n3"]
    assert nested.find_group_of_node("n3") == "outer"


def test_groups_move_but_never_into_themselves(nested: GroupingLogic) -> None:
    nested.set_group_parent("inner", "apart")
    with pytest.raises(GroupCycleError):
        nested.set_group_parent("outer", "middle")
    with pytest.raises(GroupCycleError):
        nested.set_group_parent("outer", "outer")
    nested.set_group_parent("middle", None)

    assert nested.get_group("apart")["child_groups"] == ["inner"]
    assert nested.get_group("outer")["child_groups"] == []
    assert nested.get_group("middle")["parent_group"] is None


def test_grouping_stands_in_the_nearest_common_group(nested: GroupingLogic) -> None:
    nested.add_group("second", ["n5"], parent_group="outer")

    new = nested.group_together(["n5", "n3"])
    top = nested.group_together(["n1", "n4"], new_group_id="top")

    assert nested.get_group(new)["parent_group"] == "outer"
    assert nested.get_group(new)["node_ids"] == ["n5", "n3"]
    assert "inner" not in nested.get_all_groups()
    assert "second" not in nested.get_all_groups()
    assert top == "top"
    assert nested.get_group("top")["parent_group"] is None


def test_grouping_groups_keeps_what_is_inside_them(nested: GroupingLogic) -> None:
    new = nested.group_together(["n3", "n4"], ["middle", "inner"])

    assert nested.get_group(new)["child_groups"] == ["middle"]
    assert nested.get_group(new)["node_ids"] == ["n4"]
    assert nested.get_group_ancestors("inner") == ["middle", new]
    assert nested.find_group_of_node("n3") == "inner"


def test_grouping_nothing_is_refused(nested: GroupingLogic) -> None:
    with pytest.raises(GroupError):
        nested.group_together([])


def test_meta_is_replaced(nested: GroupingLogic) -> None:
    nested.set_group_meta("outer", {"colour": "red"})

    assert nested.get_group("outer")["meta"] == {"colour": "red"}


def test_saved_groups_come_back(nested: GroupingLogic) -> None:
    nested.add_group("second", ["n5"], parent_group="outer")
    nested.get_group("outer")["child_groups"].reverse()
    saved = json.loads(json.dumps(nested.serialize()))

    other = GroupingLogic()
    other.add_group("old", ["n9"])
    other.deserialize(saved)

    assert other.serialize() == nested.serialize()
    assert other.find_group_of_node("n9") is None
    saved["outer"]["node_ids"].append("changed")
    assert "changed" not in other.get_group("outer")["node_ids"]


def test_damaged_groups_change_nothing(nested: GroupingLogic) -> None:
    before = nested.serialize()
    loop = {"a": {"parent_group": "b", "node_ids": ["x"]}, "b": {"parent_group": "a", "node_ids": ["y"]}}

    with pytest.raises(GroupCycleError):
        nested.deserialize(loop)
    with pytest.raises(GroupNotFoundError):
        nested.deserialize({"a": {"parent_group": "none", "node_ids": ["x"]}})

    assert nested.serialize() == before


def test_empty_saved_groups_are_dropped() -> None:
    groups = GroupingLogic()

    groups.deserialize({"a": {}, "b": {"parent_group": "a"}, "c": {"node_ids": ["n"]}})

    assert list(groups.get_all_groups()) == ["c"]
