# embed.cmake - the texts of `escalc new` as C arrays, in the order of files.def:
# cmake -DDIR=… -DOUT=… -P embed.cmake
include(${DIR}/texts.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/../../cmake/bytes.cmake)
new_texts(${DIR} texts)
set(arrays "")
set(rows "")
set(number 0)
foreach(text IN LISTS texts)
    esc_bytes(${DIR}/${text} bytes)
    string(APPEND arrays "static const unsigned char text_${number}[] = {\n${bytes}\n}; /* ${text} */\n\n")
    string(APPEND rows "    {text_${number}, sizeof text_${number}},\n")
    math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUT} "/* Made from programs/new/files.def by programs/new/embed.cmake. */\n#include \"escalc_new.h\"\n\n${arrays}"
    "const EscBytes new_texts[] = {\n${rows}};\nconst size_t new_texts_count = ESC_COUNT_OF(new_texts);\n")
