# arrows.cmake - who may use whom: grammar <- compiler -> vm <- runtime, and everything stands on the kit.
#
# A library's include folder is reached only by linking it, so a forbidden #include does not find its header.
# esc_link() refuses a forbidden arrow where it is written; esc_check_arrows() at the end of the top-level
# file also finds one that went around esc_link(). tests/arrows/run looks at the #include lines themselves,
# because esc/kit.h and esc/vm.h share a folder.
set(ESC_ARROWS_esc_kit)
set(ESC_ARROWS_esc_vm esc_kit)
set(ESC_ARROWS_esc_grammar esc_kit esc_grammar_generated)
set(ESC_ARROWS_esc_grammar_generated esc_kit)
set(ESC_ARROWS_esc_compiler esc_kit esc_grammar esc_vm)

# What other tools export: it needs nothing of the language, and the language nothing of it.
set(ESC_ARROWS_esc_importers esc_kit)

# Inside runtime/, from the bottom up.
set(ESC_ARROWS_esc_doors esc_kit)
set(ESC_ARROWS_esc_timekeeper esc_kit)
set(ESC_ARROWS_esc_causes esc_kit)
set(ESC_ARROWS_esc_directory esc_kit esc_vm esc_doors)
set(ESC_ARROWS_esc_calendars esc_kit esc_vm esc_directory)
set(ESC_ARROWS_esc_ingest esc_kit esc_vm)
set(ESC_ARROWS_esc_document esc_kit esc_vm)
set(ESC_ARROWS_esc_proofs esc_kit)
set(ESC_ARROWS_esc_sources esc_kit esc_vm esc_document esc_ingest esc_proofs)
set(ESC_ARROWS_esc_group esc_kit esc_vm)
# The engine's rooms: model <- duty <- run <- flow, and model <- rows. Everybody else links esc_engine.
set(ESC_ARROWS_esc_engine_model esc_kit esc_vm esc_directory esc_ingest esc_group)
set(ESC_ARROWS_esc_engine_duty ${ESC_ARROWS_esc_engine_model} esc_engine_model)
set(ESC_ARROWS_esc_engine_run ${ESC_ARROWS_esc_engine_duty} esc_engine_duty esc_document)
set(ESC_ARROWS_esc_engine_flow ${ESC_ARROWS_esc_engine_run} esc_engine_run)
set(ESC_ARROWS_esc_engine_rows ${ESC_ARROWS_esc_engine_model} esc_engine_model)
set(ESC_ARROWS_esc_engine esc_kit esc_vm esc_directory esc_ingest esc_group esc_engine_flow esc_engine_rows)
set(ESC_ARROWS_esc_store esc_kit esc_vm esc_group)
set(ESC_ARROWS_esc_store_sqlite esc_kit esc_vm esc_group esc_store)
set(ESC_ARROWS_esc_store_memory esc_kit esc_vm esc_group esc_store)
set(ESC_ARROWS_esc_service esc_kit esc_vm esc_doors esc_timekeeper esc_directory esc_ingest esc_group esc_engine esc_store)
set(ESC_ARROWS_esc_letters esc_kit esc_proofs)
set(ESC_ARROWS_esc_links esc_kit esc_doors esc_proofs)
set(ESC_ARROWS_esc_mime esc_kit)
set(ESC_ARROWS_esc_lmtp esc_kit esc_loop)
set(ESC_ARROWS_esc_config esc_kit esc_doors esc_letters)
set(ESC_ARROWS_esc_loop esc_kit)
set(ESC_ARROWS_esc_delivery esc_kit esc_vm esc_document esc_doors esc_group esc_config esc_loop esc_letters esc_proofs esc_links)
set(ESC_ARROWS_esc_http esc_kit esc_loop)
set(ESC_ARROWS_esc_pages esc_kit esc_vm esc_loop esc_http)
set(ESC_ARROWS_esc_pane esc_kit esc_vm esc_loop esc_http esc_pages)
set(ESC_ARROWS_esc_oidc esc_kit esc_doors esc_config esc_loop esc_proofs)
set(ESC_ARROWS_esc_session esc_kit esc_vm esc_doors esc_directory esc_letters esc_config esc_loop esc_proofs)
set(ESC_ARROWS_esc_shard esc_kit esc_vm esc_doors esc_directory esc_ingest esc_group esc_engine esc_store esc_service esc_loop)
set(ESC_ARROWS_esc_inbound ${ESC_ARROWS_esc_engine} esc_doors esc_engine esc_config esc_loop esc_http esc_pages esc_proofs)
set(ESC_ARROWS_esc_api ${ESC_ARROWS_esc_shard} esc_shard esc_http esc_pages esc_pane esc_config esc_inbound esc_document esc_sources esc_proofs esc_session esc_oidc esc_links esc_causes)
set(ESC_ARROWS_esc_maildoor ${ESC_ARROWS_esc_shard} esc_shard esc_letters esc_mime esc_lmtp)
set(ESC_ARROWS_esc_daemon ${ESC_ARROWS_esc_api} esc_api esc_session esc_oidc esc_delivery ${ESC_ARROWS_esc_maildoor} esc_maildoor)
set(ESC_ARROWS_esc_runtime esc_kit esc_vm esc_pages esc_pane esc_calendars esc_document esc_sources esc_daemon esc_delivery esc_store_sqlite esc_store_memory esc_links)

set(ESC_LIBRARIES
    esc_kit esc_vm esc_grammar esc_grammar_generated esc_compiler esc_importers
    esc_doors esc_timekeeper esc_causes esc_directory esc_calendars esc_ingest esc_document esc_proofs esc_sources esc_group
    esc_engine_model esc_engine_duty esc_engine_run esc_engine_flow esc_engine_rows
    esc_engine esc_store esc_store_sqlite esc_store_memory esc_service esc_config esc_loop esc_delivery esc_http esc_pages esc_pane esc_inbound esc_session esc_oidc esc_shard esc_api
    esc_letters esc_links esc_mime esc_lmtp esc_maildoor
    esc_daemon esc_runtime)

# Stops the configuration when library `target` must not use `lib`. Programs and tests see all libraries, and
# libraries of the system are nobody's arrow.
function(esc_check_arrow target lib)
    string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" lib "${lib}")
    if(target IN_LIST ESC_LIBRARIES AND lib IN_LIST ESC_LIBRARIES AND NOT lib IN_LIST ESC_ARROWS_${target})
        message(FATAL_ERROR "${target} must not use ${lib}: the arrows are grammar <- compiler -> vm <- runtime")
    endif()
endfunction()

# esc_link(target [PUBLIC libs...] [PRIVATE libs...]): target_link_libraries behind the arrow check. PUBLIC
# is for libraries whose types stand in the target's own public header.
function(esc_link target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "PUBLIC;PRIVATE")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "esc_link(${target}): say PUBLIC or PRIVATE before ${arg_UNPARSED_ARGUMENTS}")
    endif()
    foreach(lib IN LISTS arg_PUBLIC arg_PRIVATE)
        esc_check_arrow(${target} ${lib})
    endforeach()
    target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
endfunction()

function(esc_check_arrows)
    foreach(target IN LISTS ESC_LIBRARIES)
        if(NOT TARGET ${target})
            continue()
        endif()
        get_target_property(type ${target} TYPE)
        if(type STREQUAL "INTERFACE_LIBRARY")
            get_target_property(libs ${target} INTERFACE_LINK_LIBRARIES)
        else()
            get_target_property(libs ${target} LINK_LIBRARIES)
        endif()
        foreach(lib IN LISTS libs)
            esc_check_arrow(${target} ${lib})
        endforeach()
    endforeach()
endfunction()
