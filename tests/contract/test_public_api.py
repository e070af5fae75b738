"""The names that scripts and node modules import are where they import them from."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import pytest

PACKAGES = ("funcnodes_core", "funcnodes_worker", "funcnodes")

MODULES = [
    "funcnodes",
    "funcnodes._setup",
    "funcnodes.runner",
    "funcnodes.worker.worker_manager",
    "funcnodes_worker",
    "funcnodes_worker.worker",
    "funcnodes_worker.websocket",
    "funcnodes_worker.loop",
    "funcnodes_core",
    *(
        f"funcnodes_core.{name}"
        for name in (
            "io node nodemaker nodespace nodeio lib lib.libfinder lib.libparser decorator config _logging testing "
            "exceptions data eventmanager triggerstack grouping_logic"
        ).split()
    ),
    *(
        f"funcnodes_core.utils.{name}"
        for name in (
            "functions serialization deprecations special_types plugins plugins_types data wrapper nodeutils saving "
            "files"
        ).split()
    ),
]

# the attributes of both roots that are modules
MODULE_ATTRIBUTES = {
    "config": "funcnodes_core.config",
    "decorator": "funcnodes_core.decorator",
    "types": "funcnodes_core.utils.special_types",
    "lib": "funcnodes_core.lib",
    "nodemaker": "funcnodes_core.nodemaker",
    "logging": "funcnodes_core._logging",
    "plugins": "funcnodes_core.utils.plugins",
    "exceptions": "funcnodes_core.exceptions",
}

FROM_BOTH_ROOTS = (
    "Shelf NodeDecorator Node flatten_shelf flatten_shelves JSONEncoder JSONDecoder NoValue NodeOutput NodeInput NodeIO "
    "DataEnum Encdata RenderOptions controlled_wrapper NodeTriggerError run_until_complete ByteEncoder BytesEncdata "
    "InputMeta OutputMeta instance_nodefunction NodeClassMixin signaturewrapper NodeSpace FUNCNODES_LOGGER "
    "NodeInputSerialization NodeOutputSerialization NodeIOSerialization IOOptions NodeInputOptions NodeOutputOptions "
    "NodeJSON NodeSpaceJSON FullNodeSpaceJSON FullLibJSON MultipleConnectionsError NodeConnectionError "
    "SameNodeConnectionError IONotFoundError NodeClassNotFoundError get_nodeclass find_shelf Library get_logger "
    "set_log_format make_run_in_new_thread make_run_in_new_process EventEmitterMixin emit_before emit_after "
    "get_deep_connected_nodeset AVAILABLE_MODULES setup run arun"
).split()

FROM_WORKER = (
    "FuncNodesExternalWorker RemoteWorker Worker ExternalWorkerConfig CustomLoop WSWorker SocketWorker MsQueueWorker"
).split()

ELSEWHERE = """
funcnodes_core.lib: Shelf module_to_shelf flatten_shelf Library check_shelf serialize_shelf NodeClassNotFoundError
funcnodes_core.lib: ShelfError ShelfExistsError ShelfNotFoundError ShelfPathError ShelfTypeError
funcnodes_core.lib.libfinder: find_shelf find_shelf_from_module find_shelf_from_path
funcnodes_core.nodemaker: NodeDecorator node_class_maker
funcnodes_core.node: Node NodeMeta register_node NodeConstants REGISTERED_NODES get_nodeclass TriggerStack
funcnodes_core.node: AsyncEventManager
funcnodes_core.utils.serialization: JSONEncoder JSONDecoder Encdata
funcnodes_core.io: NoValue NodeInput NodeOutput NodeIO InputMeta OutputMeta EnumOf raise_allow_connections
funcnodes_core.io: NodeIOError NodeAlreadyDefinedError NodeConnectionError SameNodeConnectionError
funcnodes_core.io: MultipleConnectionsError
funcnodes_core.decorator: update_other_io_options update_other_io_value_options update_other_io
funcnodes_core.testing: setup teardown
funcnodes_core.config: reload update_config get_config get_config_dir get_base_config_dir write_config load_config
funcnodes_core.config: check_config_dir update_render_options get_in_test set_in_test ConfigType
funcnodes_core.config: FUNCNODES_RENDER_OPTIONS
funcnodes_core._logging: FUNCNODES_LOGGER _update_logger _update_logger_handlers set_logging_dir get_logger
funcnodes_core.utils.functions: make_run_in_new_process make_run_in_new_thread make_sync_if_needed
funcnodes_core.utils.functions: make_async_if_needed call_sync
funcnodes_core.utils.functions: ThreadExecutorWrapper ProcessExecutorWrapper
funcnodes_core.utils.deprecations: FuncNodesDeprecationWarning SpellingDeprecationWarning
funcnodes_core.utils.deprecations: method_deprecated_decorator path_module_attribute_to_getter
funcnodes_core.utils.special_types: databytes
funcnodes_core.utils.plugins: assert_module_metadata InstalledModule
funcnodes_core.utils.wrapper: NoOverrideMixin savemethod saveproperty
funcnodes_core.plugins: BasePlugin InstalledModule register_setup_plugin PLUGIN_FUNCTIONS
funcnodes_core.exceptions: NodeError NodeIdAlreadyExistsError NodeReadyError NodeKeyError IONotFoundError
funcnodes_core.exceptions: InTriggerError NodeTriggerError
funcnodes_core.data: DataEnum
funcnodes_core.eventmanager: AsyncEventManager MessageInArgs EventEmitterMixin
funcnodes_core.triggerstack: TriggerStack
funcnodes_core.grouping_logic: GroupingLogic
funcnodes_worker.loop: CustomLoop LoopManager
funcnodes_worker.worker: Worker NodeViewState WorkerState worker_json_get_data_path
funcnodes_worker.websocket: WSWorker
funcnodes.runner: BaseServer
funcnodes.worker.worker_manager: WorkerManager
funcnodes: LazyImport WorkerManager assert_worker_manager_running
funcnodes_core.utils.plugins: BasePlugin register_setup_plugin PLUGIN_FUNCTIONS
funcnodes_core.utils.serialization: ByteEncoder BytesEncdata
funcnodes_core.decorator: fn
funcnodes_core.lib: libfinder
funcnodes_core.config: _BASE_CONFIG_DIR _CONFIG_CHANGED IN_NODE_TEST
funcnodes_core.node: NodeInput NodeOutput
exposedfunctionality: add_type controlled_wrapper controlled_unwrap exposed_method get_exposed_methods serialize_type
exposedfunctionality.function_parser.types: add_type type_to_string string_to_type _TYPE_GETTER
tqdm: tqdm
requests: get
aiohttp: web
"""


def listed() -> list[tuple[str, str]]:
    """Every (module, name) of the lists above."""
    found = [("funcnodes_worker", name) for name in FROM_WORKER]
    found += [(root, name) for root in ("funcnodes_core", "funcnodes") for name in FROM_BOTH_ROOTS]
    found += [("funcnodes", name) for name in FROM_WORKER]
    for line in ELSEWHERE.strip().splitlines():
        module, _, names = line.partition(": ")
        found += [(module, name) for name in names.split()]
    return found


def own_modules() -> list[str]:
    """Every module of the three packages that may be imported without starting something."""
    found = []
    for package in PACKAGES:
        module = importlib.import_module(package)
        found.append(package)
        found += [info.name for info in pkgutil.walk_packages(module.__path__, f"{package}.")]
    return [name for name in found if not name.endswith("__main__")]


@pytest.mark.parametrize("name", MODULES)
def test_the_import_path_exists(name: str) -> None:
    assert isinstance(importlib.import_module(name), ModuleType)


@pytest.mark.parametrize(("module", "name"), listed())
def test_the_name_is_there(module: str, name: str) -> None:
    assert hasattr(importlib.import_module(module), name)


@pytest.mark.parametrize("root", ["funcnodes_core", "funcnodes"])
@pytest.mark.parametrize(("attribute", "module"), MODULE_ATTRIBUTES.items())
def test_the_attribute_of_the_root_is_that_module(root: str, attribute: str, module: str) -> None:
    assert getattr(importlib.import_module(root), attribute) is importlib.import_module(module)


def test_io_is_a_module_of_core_only() -> None:
    with pytest.raises(ImportError):
        importlib.import_module("funcnodes.io")


def test_every_name_in_all_exists() -> None:
    missing = [
        f"{name}.{public}"
        for name in own_modules()
        for public in getattr(importlib.import_module(name), "__all__", ())
        if not hasattr(importlib.import_module(name), public)
    ]
    assert not missing, missing


def test_every_module_says_what_is_public() -> None:
    silent = [name for name in own_modules() if not hasattr(importlib.import_module(name), "__all__")]
    assert not silent, silent


@pytest.mark.parametrize("package", ["funcnodes_core", "funcnodes_worker"])
def test_everything_public_below_is_reachable_from_the_top(package: str) -> None:
    top = importlib.import_module("funcnodes")
    missing = [name for name in importlib.import_module(package).__all__ if not hasattr(top, name)]
    assert not missing, missing


@pytest.mark.parametrize("package", PACKAGES)
def test_every_root_states_its_version(package: str) -> None:
    assert importlib.import_module(package).__version__ == "3.0.0"
