"""Groups stay a forest, whatever is done to them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from funcnodes_core.exceptions import GroupError
from funcnodes_core.grouping_logic import GroupingLogic

NODES = st.sampled_from([f"n{i}" for i in range(6)])
GROUPS = st.sampled_from([f"g{i}" for i in range(5)])
SOME_NODES = st.lists(NODES, max_size=4)


class Groups(RuleBasedStateMachine):
    """Random edits; a refused one must leave everything as it was."""

    def __init__(self) -> None:
        super().__init__()
        self.groups = GroupingLogic()

    def attempt(self, method: str, *args: Any, **kwargs: Any) -> None:
        before = self.groups.serialize()
        try:
            getattr(self.groups, method)(*args, **kwargs)
        except GroupError:
            assert self.groups.serialize() == before

    @rule(group=GROUPS, nodes=st.lists(NODES, min_size=1, max_size=4), parent=st.none() | GROUPS)
    def add_group(self, group: str, nodes: list[str], parent: str | None) -> None:
        self.attempt("add_group", group, nodes, parent)

    @rule(group=GROUPS, recursive=st.booleans())
    def remove_group(self, group: str, recursive: bool) -> None:
        self.attempt("remove_group", group, recursive=recursive)

    @rule(child=GROUPS, parent=st.none() | GROUPS)
    def move(self, child: str, parent: str | None) -> None:
        self.attempt("set_group_parent", child, parent)

    @rule(group=GROUPS, nodes=SOME_NODES)
    def add_nodes(self, group: str, nodes: list[str]) -> None:
        self.attempt("add_nodes_to_group", group, nodes)

    @rule(group=GROUPS, nodes=SOME_NODES)
    def remove_nodes(self, group: str, nodes: list[str]) -> None:
        self.attempt("remove_nodes_from_group", group, nodes)

    @rule(nodes=SOME_NODES)
    def ungroup(self, nodes: list[str]) -> None:
        self.attempt("ungroup_nodes", nodes)

    @rule(nodes=SOME_NODES, groups=st.lists(GROUPS, max_size=3), new=GROUPS)
    def together(self, nodes: list[str], groups: list[str], new: str) -> None:
        self.attempt("group_together", nodes, groups, new)

    @invariant()
    def parents_and_children_agree(self) -> None:
        found = self.groups.get_all_groups()
        for group_id, group in found.items():
            assert all(found[child]["parent_group"] == group_id for child in group["child_groups"])
            assert len(set(group["child_groups"])) == len(group["child_groups"])
            parent = group["parent_group"]
            assert parent is None or group_id in found[parent]["child_groups"]

    @invariant()
    def no_group_is_inside_itself(self) -> None:
        for group_id in self.groups.get_all_groups():
            assert group_id not in self.groups.get_group_ancestors(group_id)

    @invariant()
    def a_node_is_in_one_group_and_no_group_is_empty(self) -> None:
        found = self.groups.get_all_groups()
        members = [(node, g) for g, group in found.items() for node in group["node_ids"]]
        assert len({node for node, _ in members}) == len(members)
        assert all(self.groups.find_group_of_node(node) == g for node, g in members)
        assert all(group["node_ids"] or group["child_groups"] for group in found.values())

    @invariant()
    def saving_keeps_everything(self) -> None:
        saved = self.groups.serialize()
        other = GroupingLogic()
        other.deserialize(json.loads(json.dumps(saved)))
        assert other.serialize() == saved


TestGroups = Groups.TestCase
