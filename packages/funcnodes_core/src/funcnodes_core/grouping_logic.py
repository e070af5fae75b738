"""Groups of nodes: a forest, in which a node is in one group at most."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from funcnodes_core.exceptions import GroupCycleError, GroupError, GroupExistsError, GroupNotFoundError
from funcnodes_core.ids import new_uuid
from funcnodes_core.schema import GroupJSON

__all__ = ["GroupingLogic"]


class GroupingLogic:
    """The groups of a graph; knows ids, not nodes.

    A group that loses its last node and its last group vanishes, and so may those around it.
    """

    def __init__(self) -> None:
        self._groups: dict[str, GroupJSON] = {}
        self._group_of: dict[str, str] = {}

    # -- reading ---------------------------------------------------------------------

    def _get(self, group_id: str) -> GroupJSON:
        try:
            return self._groups[group_id]
        except KeyError:
            raise GroupNotFoundError(f"no group {group_id!r}") from None

    def get_group(self, group_id: str) -> GroupJSON:
        """The group of that id.

        Raises:
            GroupNotFoundError: There is none.
        """
        return self._get(group_id)

    def get_all_groups(self) -> dict[str, GroupJSON]:
        """All groups by id."""
        return dict(self._groups)

    def find_group_of_node(self, node_id: str) -> str | None:
        """The id of the group that a node is in, if any."""
        return self._group_of.get(node_id)

    def get_group_ancestors(self, group_id: str) -> list[str]:
        """The groups around a group, the nearest first."""
        return list(self._around(self._get(group_id)["parent_group"]))

    def _around(self, group_id: str | None) -> Iterator[str]:
        while group_id is not None:
            yield group_id
            group_id = self._groups[group_id]["parent_group"]

    # -- changing --------------------------------------------------------------------

    def add_group(
        self,
        group_id: str,
        node_ids: Iterable[str] | None = None,
        parent_group: str | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> GroupJSON:
        """Makes a group; its nodes leave the groups that they are in.

        Raises:
            GroupExistsError: The id is taken.
            GroupNotFoundError: There is no such parent.
        """
        if group_id in self._groups:
            raise GroupExistsError(f"there is a group {group_id!r} already")
        group: GroupJSON = {
            "node_ids": [],
            "child_groups": [],
            "parent_group": parent_group,
            "meta": dict(meta or {}),
            "position": [0, 0],
        }
        if parent_group is not None:
            self._get(parent_group)["child_groups"].append(group_id)
        self._groups[group_id] = group
        self.add_nodes_to_group(group_id, node_ids or ())
        return group

    def remove_group(self, group_id: str, recursive: bool = False) -> None:
        """Removes a group; its nodes and groups move into the one around it.

        Args:
            group_id: The group.
            recursive: Remove the groups in it too, so that all their nodes move.

        Raises:
            GroupNotFoundError: There is none.
        """
        group = self._get(group_id)
        if recursive:
            for child in list(group["child_groups"]):
                self.remove_group(child, recursive=True)
        parent = group["parent_group"]
        for child in group["child_groups"]:
            self._groups[child]["parent_group"] = parent
        for node_id in group["node_ids"]:
            self._place(node_id, parent)
        if parent is not None:
            around = self._groups[parent]
            around["child_groups"].remove(group_id)
            around["child_groups"] += group["child_groups"]
            around["node_ids"] += group["node_ids"]
        del self._groups[group_id]
        self._drop_if_empty(parent)

    def set_group_parent(self, child_id: str, parent_id: str | None) -> None:
        """Moves a group into another one, or to the top.

        Raises:
            GroupNotFoundError: One of them does not exist.
            GroupCycleError: The group would be inside itself.
        """
        child = self._get(child_id)
        if parent_id is not None:
            self._get(parent_id)
            if child_id in self._around(parent_id):
                raise GroupCycleError(
                    f"group {child_id!r} cannot be inside {parent_id!r}, which is inside it"
                )
        before = child["parent_group"]
        if before == parent_id:
            return
        child["parent_group"] = parent_id
        if parent_id is not None:
            self._groups[parent_id]["child_groups"].append(child_id)
        if before is not None:
            self._groups[before]["child_groups"].remove(child_id)
            self._drop_if_empty(before)

    def add_nodes_to_group(self, group_id: str, node_ids: Iterable[str]) -> None:
        """Moves nodes into a group, out of those that they are in.

        Raises:
            GroupNotFoundError: There is none.
        """
        group = self._get(group_id)
        for node_id in node_ids:
            before = self._group_of.get(node_id)
            if before == group_id:
                continue
            group["node_ids"].append(node_id)
            self._place(node_id, group_id)
            if before is not None:
                self._groups[before]["node_ids"].remove(node_id)
                self._drop_if_empty(before)

    def remove_nodes_from_group(self, group_id: str, node_ids: Iterable[str]) -> None:
        """Takes nodes out of a group; those that are not in it stay where they are.

        Raises:
            GroupNotFoundError: There is none.
        """
        self._get(group_id)
        self.ungroup_nodes([node_id for node_id in node_ids if self._group_of.get(node_id) == group_id])

    def ungroup_nodes(self, node_ids: Iterable[str]) -> None:
        """Takes nodes out of whatever groups they are in."""
        for node_id in node_ids:
            before = self._group_of.pop(node_id, None)
            if before is not None:
                self._groups[before]["node_ids"].remove(node_id)
                self._drop_if_empty(before)

    def set_group_meta(self, group_id: str, meta: Mapping[str, Any]) -> None:
        """Replaces what is kept with a group (name, colour ...).

        Raises:
            GroupNotFoundError: There is none.
        """
        self._get(group_id)["meta"] = dict(meta)

    def group_together(
        self,
        node_ids: Iterable[str] | None = None,
        group_ids: Iterable[str] | None = None,
        new_group_id: str | None = None,
    ) -> str:
        """Puts nodes and groups into a new group, which stands in the nearest group around all of them.

        What lies inside one of the given groups stays there.

        Returns:
            The id of the new group.

        Raises:
            GroupNotFoundError: A given group does not exist.
            GroupExistsError: The new id is taken.
            GroupError: Nothing is left to put into it.
        """
        chosen = {group_id: self._get(group_id) for group_id in group_ids or ()}
        groups = [g for g in chosen if not any(a in chosen for a in self.get_group_ancestors(g))]
        nodes = [
            n for n in node_ids or () if not any(a in chosen for a in self._around(self._group_of.get(n)))
        ]
        places = [self._groups[g]["parent_group"] for g in groups] + [self._group_of.get(n) for n in nodes]
        if not (groups or nodes):
            raise GroupError("a group needs a node or a group")
        new_id = new_group_id or new_uuid()
        self.add_group(new_id, parent_group=self._common_place(places))
        for group_id in groups:
            self.set_group_parent(group_id, new_id)
        self.add_nodes_to_group(new_id, nodes)
        return new_id

    def _common_place(self, places: list[str | None]) -> str | None:
        if not places:
            return None
        chains = [list(self._around(place)) for place in places]
        return next((g for g in chains[0] if all(g in chain for chain in chains)), None)

    def _place(self, node_id: str, group_id: str | None) -> None:
        if group_id is None:
            self._group_of.pop(node_id, None)
        else:
            self._group_of[node_id] = group_id

    def _drop_if_empty(self, group_id: str | None) -> None:
        while group_id is not None:
            group = self._groups[group_id]
            if group["node_ids"] or group["child_groups"]:
                return
            del self._groups[group_id]
            parent = group["parent_group"]
            if parent is not None:
                self._groups[parent]["child_groups"].remove(group_id)
            group_id = parent

    # -- saving ----------------------------------------------------------------------

    def serialize(self) -> dict[str, GroupJSON]:
        """All groups as they are saved."""
        return copy.deepcopy(self._groups)

    def deserialize(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replaces all groups by saved ones.

        Raises:
            GroupNotFoundError: A group names a parent that is not there.
            GroupCycleError: A group is inside itself.
        """
        fresh = GroupingLogic()
        for group_id, saved in data.items():
            group = fresh.add_group(group_id, meta=saved.get("meta"))
            group["position"] = list(saved.get("position") or [0, 0])
            fresh.add_nodes_to_group(group_id, saved.get("node_ids") or ())
        for group_id, saved in data.items():
            parent = saved.get("parent_group")
            if parent is not None and group_id in fresh._groups:
                fresh.set_group_parent(group_id, parent)
        fresh._tidy({group_id: saved.get("child_groups") or () for group_id, saved in data.items()})
        self._groups, self._group_of = fresh._groups, fresh._group_of

    def _tidy(self, saved_order: Mapping[str, Iterable[str]]) -> None:
        """Puts groups into their saved order and drops those that are empty."""
        for group_id, saved in saved_order.items():
            if group_id not in self._groups:
                continue  # another group has taken its last node
            inner = self._groups[group_id]["child_groups"]
            inner[:] = list(dict.fromkeys([child for child in saved if child in inner] + inner))
        for group_id in saved_order:
            if group_id in self._groups:
                self._drop_if_empty(group_id)
