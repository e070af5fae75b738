"""What scripts and node modules call takes the arguments that they pass, by the same names."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest

# <module>: <name>(<parameters>), the parameters without their types
CALLABLES = """
funcnodes: Shelf(name, description='', nodes=<factory>, subshelves=<factory>, shelf_id=None, parent_shelf=None)
funcnodes: NodeDecorator(id=None, **kwargs)
funcnodes: instance_nodefunction(trigger_on_call=None, **kwargs)
funcnodes: flatten_shelf(shelf)
funcnodes: signaturewrapper(func)
funcnodes: run_until_complete(*nodes)
funcnodes: get_deep_connected_nodeset(src, nodeset=None)
funcnodes: Encdata(data, done=False, handeled=False, continue_preview=None)
funcnodes: BytesEncdata(data, handeled=False, mime=None)
funcnodes: NodeSpace(id=None)
funcnodes: Library()
funcnodes: emit_before(include_kwargs='none')
funcnodes: emit_after(include_kwargs='none', include_result=True)
funcnodes: get_logger(name, propagate=True)
funcnodes: get_nodeclass(node_id)
funcnodes: setup()
funcnodes: CustomLoop(delay=0.1, logger=None)
funcnodes: FuncNodesExternalWorker(workerid, config=None, data_path=None, name=None)
funcnodes_core.node: TriggerStack()
funcnodes_core.node: AsyncEventManager(obj)
funcnodes_core.node: register_node(cls)
funcnodes_core.io: raise_allow_connections(src, trg)
funcnodes_core.lib: module_to_shelf(mod, name=None)
funcnodes_core.lib: check_shelf(shelf, parent_id=None)
funcnodes_core.lib: serialize_shelf(shelf)
funcnodes_core.lib.libfinder: find_shelf(src)
funcnodes_core.lib.libfinder: find_shelf_from_module(mod, args=None)
funcnodes_core.lib.libfinder: find_shelf_from_path(path, args=None)
funcnodes_core.decorator: update_other_io_value_options(trg_io, options_generator)
funcnodes_core.decorator: update_other_io(*args, **kwargs)
funcnodes_core.config: get_config()
funcnodes_core.config: get_config_dir()
funcnodes_core.config: get_base_config_dir()
funcnodes_core.config: reload(funcnodes_config_dir=None)
funcnodes_core.config: update_config(config)
funcnodes_core.config: write_config(path, config)
funcnodes_core.config: load_config(path)
funcnodes_core.config: check_config_dir()
funcnodes_core.config: update_render_options(options)
funcnodes_core.config: get_in_test()
funcnodes_core.config: set_in_test(in_test=True, *, clear=True, add_pid=True, no_prefix=None, config=None, \
fail_on_warnings=None)
funcnodes_core._logging: _update_logger(logger)
funcnodes_core._logging: _update_logger_handlers(logger)
funcnodes_core._logging: set_logging_dir(path)
funcnodes_core.testing: setup()
funcnodes_core.testing: teardown()
funcnodes_core.plugins: register_setup_plugin(plugin_function)
funcnodes_core.utils.plugins: assert_module_metadata(installed_module)
funcnodes_core.utils.functions: make_run_in_new_thread(func)
funcnodes_core.utils.functions: make_run_in_new_process(func)
funcnodes_core.utils.functions: make_sync_if_needed(func)
funcnodes_core.utils.functions: make_async_if_needed(func)
funcnodes_core.utils.functions: call_sync(func, *args, **kwargs)
funcnodes_core.utils.deprecations: method_deprecated_decorator(alternative=None)
funcnodes_core.grouping_logic: GroupingLogic()
funcnodes_worker.loop: LoopManager(worker=None)
funcnodes_worker.worker: worker_json_get_data_path(worker_json)
funcnodes: SocketWorker(host=None, port=None, **kwargs)
funcnodes: MsQueueWorker(receive_queue, send_queue, **kwargs)
funcnodes: LazyImport(local_name, parent_module_globals, target, *, register_in_sys_modules=False, \
register_alias=False, install_hint=None)
exposedfunctionality: add_type(type_, name)
funcnodes_core.node: Node(uuid=None, reset_inputs_on_trigger=None, name=None, id=None, render_options=None, \
io_options=None, trigger_on_create=None, pretrigger_delay=None, properties=None)
funcnodes_core.io: NodeIO(name=None, type='Any', description=None, allow_multiple=None, uuid=None, id=None, \
render_options=None, value_options=None, is_input=None, value=None, emit_value_set=True, on=None, hidden=False)
funcnodes_core.io: NodeInput(*args, does_trigger=None, required=None, default=<NoValue>, class_default=<NoValue>, \
**kwargs)
"""

# these may take more than the list says: what is listed comes first, under these names
BEGINNINGS = """
funcnodes: WSWorker(host=None, port=None
funcnodes: set_log_format(fmt=
funcnodes_core.decorator: update_other_io_options(trg_io, modifier=
funcnodes_core.nodemaker: node_class_maker(id=None, func=None, superclass=Node, separate_thread=False, \
separate_process=False
funcnodes_core.utils.deprecations: path_module_attribute_to_getter(module_name, attribute, getter
funcnodes_core.plugins: InstalledModule(name, module
"""

# <module>.<class>: <method>(<parameters>)
METHODS = """
funcnodes.Shelf: from_dict(data)
funcnodes.Node: get_input(self, io_id)
funcnodes.Node: get_output(self, io_id)
funcnodes.Node: get_input_or_output(self, io_id)
funcnodes.Node: add_input(self, io)
funcnodes.Node: add_output(self, io)
funcnodes.Node: remove_input(self, io)
funcnodes.Node: remove_output(self, io)
funcnodes.Node: set_property(self, key, value)
funcnodes.Node: get_property(self, key, default=None)
funcnodes.Node: request_trigger(self)
funcnodes.Node: trigger(self, triggerstack=None)
funcnodes.Node: await_until_complete(self)
funcnodes.Node: await_trigger(self)
funcnodes.Node: wait_for_trigger_finish(self)
funcnodes.Node: inputs_ready(self)
funcnodes.Node: ready(self)
funcnodes.Node: ready_to_trigger(self)
funcnodes.Node: ready_state(self)
funcnodes.Node: status(self)
funcnodes.Node: progress(self, *args, **kwargs)
funcnodes.Node: serialize(self, drop=True)
funcnodes.Node: full_serialize(self, with_io_values=False)
funcnodes.Node: deserialize(self, data)
funcnodes.Node: serialize_cls()
funcnodes.Node: initialize_and_call(node_init_kwargs=None, return_dict=False, raise_ready=True, **input_values)
funcnodes.Node: inti_call(node_init_kwargs=None, return_dict=False, raise_ready=True, **input_values)
funcnodes.NodeInput: get_value(self)
funcnodes.NodeInput: set_value(self, value, does_trigger=None, datapath=None)
funcnodes.NodeInput: connect(self, other, replace=False, *, check=True)
funcnodes.NodeInput: disconnect(self, other=None)
funcnodes.NodeInput: forward(self, other, replace=False, *, check=True)
funcnodes.NodeInput: forwards_from(self, other, replace=False, *, check=True)
funcnodes.NodeInput: unforward(self, other)
funcnodes.NodeInput: get_forward_connections(self)
funcnodes.NodeInput: update_value_options(self, **options)
funcnodes.NodeInput: is_connected(self)
funcnodes.NodeInput: serialize(self, drop=True)
funcnodes.NodeInput: full_serialize(self, with_value=False)
funcnodes.NodeInput: serialize_class(self)
funcnodes.NodeInput: to_dict(self, include_on=False)
funcnodes.NodeInput: DefaultFactory(func)
funcnodes.NodeOutput: set_value(self, value, does_trigger=None)
funcnodes.NodeOutput: connect(self, other, replace=False, *, check=True)
funcnodes.NodeOutput: disconnect(self, other=None)
funcnodes.EventEmitterMixin: on(self, event, callback)
funcnodes.EventEmitterMixin: once(self, event, callback)
funcnodes.EventEmitterMixin: off(self, event, callback=None)
funcnodes.EventEmitterMixin: emit(self, event, msg=None)
funcnodes.EventEmitterMixin: on_error(self, callback)
funcnodes.EventEmitterMixin: off_error(self, callback=None)
funcnodes.EventEmitterMixin: error(self, exc)
funcnodes.EventEmitterMixin: cleanup(self)
funcnodes.JSONEncoder: add_encoder(enc, enc_cls=None)
funcnodes.JSONEncoder: prepend_encoder(enc, enc_cls=None)
funcnodes.JSONEncoder: apply_custom_encoding(obj, preview=False, seen=None)
funcnodes.JSONDecoder: add_decoder(dec)
funcnodes.ByteEncoder: add_encoder(enc, enc_cls=None)
funcnodes.ByteEncoder: prepend_encoder(enc, enc_cls=None)
funcnodes.ByteEncoder: encode(obj, preview=False, seen=None, json_fallback=True)
funcnodes.NodeSpace: set_property(self, key, value, secret=False)
funcnodes.NodeSpace: set_secret_property(self, key, value)
funcnodes.NodeSpace: get_property(self, key)
funcnodes.NodeSpace: remove_property(self, key)
funcnodes.NodeSpace: add_node_instance(self, node)
funcnodes.NodeSpace: add_node_by_id(self, node_id, **kwargs)
funcnodes.NodeSpace: remove_node_instance(self, node)
funcnodes.NodeSpace: remove_node_by_id(self, uuid)
funcnodes.NodeSpace: get_node_by_id(self, uuid)
funcnodes.NodeSpace: add_shelf(self, shelf)
funcnodes.NodeSpace: remove_shelf(self, shelf, with_nodes=True)
funcnodes.NodeSpace: serialize(self)
funcnodes.NodeSpace: deserialize(self, data)
funcnodes.NodeSpace: serialize_edges(self)
funcnodes.NodeSpace: clear(self)
funcnodes.NodeSpace: await_done(self)
funcnodes.Library: find_nodeid(self, nodeid, all=True)
funcnodes.Library: add_nodes(self, nodes, shelf)
funcnodes.Library: add_external_shelf(self, shelf, mount=None)
funcnodes.Library: add_subshelf_weak(self, shelf, parent, alias=None)
funcnodes.FuncNodesExternalWorker: serialize(self, export=False)
funcnodes.FuncNodesExternalWorker: loop(self)
funcnodes.FuncNodesExternalWorker: stop(self)
funcnodes.RemoteWorker: sendmessage(self, msg, **kwargs)
funcnodes.RemoteWorker: send_bytes(self, data, header, **kwargs)
funcnodes_core.node.AsyncEventManager: set_and_clear(self, name, delta=0)
funcnodes_core.grouping_logic.GroupingLogic: add_group(self, group_id, node_ids=None, parent_group=None, meta=None)
funcnodes_core.grouping_logic.GroupingLogic: remove_group(self, group_id, recursive=False)
funcnodes_core.grouping_logic.GroupingLogic: set_group_parent(self, child_id, parent_id)
funcnodes_core.grouping_logic.GroupingLogic: set_group_meta(self, group_id, meta)
funcnodes_core.grouping_logic.GroupingLogic: group_together(self, node_ids=None, group_ids=None, new_group_id=None)
"""

MEMBERS = {
    "funcnodes.Node": "default_pretrigger_delay default_trigger_on_create default_io_options default_render_options "
    "default_reset_inputs_on_trigger i o in_trigger in_trigger_soon will_trigger is_working disabled nodespace "
    "pretrigger_delay triggerstack trigger_if_requested __await__ __call__ __getitem__ __setitem__ "
    "default_listeners default_error_listeners",
    "funcnodes.NodeInput": "value default class_default datapath connections c d full_id node hidden _sertype ready "
    "ready_state status render_options value_options required does_trigger allow_multiple __lt__ __gt__",
    "funcnodes.NodeOutput": "value datapath connections c d full_id node hidden _sertype value_options __gt__",
    "funcnodes.Library": "shelves add_shelf remove_shelf remove_shelf_path add_node remove_nodeclass "
    "remove_nodeclasses find_nodeclass has_node_id get_node_by_id full_serialize",
    "funcnodes.FuncNodesExternalWorker": "uuid name data_path config config_cls update_config post_config_update "
    "nodeshelf set_nodeshelf running stopped running_instances pause resume resume_in NAME IS_ABSTRACT "
    "get_all_nodefunctions create_nodes get_nodes get_nodeclass get_all_nodeclasses get_all_nodes cleanup",
    "funcnodes.RemoteWorker": "uuid name receive_message run_forever_async run_forever runstate stop",
    "funcnodes_worker.worker.Worker": "run_cmd UnknownCmdException",
    "funcnodes_worker.loop.LoopManager": "add_loop remove_loop async_call run_forever run_forever_async "
    "run_forever_threaded stop running",
    "funcnodes_worker.loop.CustomLoop": "loop delay pause resume_in stop",
    "funcnodes_core.node.TriggerStack": "append check done __len__ __getitem__ __await__ __aiter__",
    "funcnodes_core.node.AsyncEventManager": "wait set clear set_and_clear remove_event",
    "funcnodes_core.grouping_logic.GroupingLogic": "get_group get_all_groups add_nodes_to_group "
    "remove_nodes_from_group ungroup_nodes find_group_of_node get_group_ancestors serialize deserialize",
    "funcnodes.runner.BaseServer": "STATIC_PATH STATIC_URL index serve_static_file run_server",
    "funcnodes.DataEnum": "interfere v",
}

ATTRIBUTES = (
    "_BASE_CONFIG_DIR _CONFIG_CHANGED CONFIG CONFIG_DIR BASE_CONFIG_DIR IN_NODE_TEST FUNCNODES_RENDER_OPTIONS ConfigType"
).split()


def lines(text: str) -> list[tuple[str, str, str]]:
    """Every (place, name, rest) of a list above."""
    found = []
    for line in text.strip().splitlines():
        place, _, call = line.partition(": ")
        name, _, rest = call.partition("(")
        found.append((place, name, f"({rest}"))
    return found


def text_of(function: Any) -> str:
    """The parameters of a function without their types."""
    signature = inspect.signature(function)
    parameters = []
    for parameter in signature.parameters.values():
        default = parameter.default
        if inspect.isclass(default) and default is not inspect.Parameter.empty:
            name = type("Named", (), {"__repr__": lambda self, name=default.__name__: name})
            parameter = parameter.replace(default=name())
        parameters.append(parameter.replace(annotation=inspect.Parameter.empty))
    return str(signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty))


def find(path: str) -> Any:
    """The class at `<module>.<class>`."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize(("module", "name", "expected"), lines(CALLABLES))
def test_it_takes_what_it_took(module: str, name: str, expected: str) -> None:
    found = getattr(importlib.import_module(module), name)

    assert text_of(found) == expected


@pytest.mark.parametrize(("module", "name", "expected"), lines(BEGINNINGS))
def test_what_it_took_comes_first(module: str, name: str, expected: str) -> None:
    found = getattr(importlib.import_module(module), name)

    assert text_of(found).startswith(expected)


@pytest.mark.parametrize(("path", "name", "expected"), lines(METHODS))
def test_the_method_takes_what_it_took(path: str, name: str, expected: str) -> None:
    assert text_of(getattr(find(path), name)) == expected


@pytest.mark.parametrize(
    ("path", "name"), [(path, name) for path, names in MEMBERS.items() for name in names.split()]
)
def test_the_class_has_the_member(path: str, name: str) -> None:
    assert inspect.getattr_static(find(path), name, None) is not None or hasattr(find(path), name)


@pytest.mark.parametrize("name", ATTRIBUTES)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_config_has_the_attribute(name: str) -> None:
    assert hasattr(importlib.import_module("funcnodes_core.config"), name)


def test_there_is_no_module_for_networkx() -> None:
    with pytest.raises(ImportError):
        importlib.import_module("funcnodes_core.graph")


def test_a_remote_worker_takes_the_arguments_of_earlier_releases() -> None:
    remote = inspect.signature(find("funcnodes.RemoteWorker"))

    names = [p.name for p in remote.parameters.values() if p.kind is not p.VAR_KEYWORD]

    assert (
        names[:9]
        == (
            "data_path default_nodes nodespace_delay local_worker_lookup_delay save_delay required_heatbeat uuid name debug"
        ).split()
    )


def test_base_server_starts_with_the_arguments_of_earlier_releases() -> None:
    took = list(inspect.signature(find("funcnodes.runner.BaseServer").run_server).parameters)

    assert (
        took
        == (
            "port host open_browser worker_manager_host worker_manager_port worker_manager_ssl start_worker_manager "
            "has_worker_manager worker_host worker_port worker_ssl register_shutdown_handler shutdown_timeout kwargs"
        ).split()
    )
