# embed_text.cmake - one file as a text in C: cmake -DFILE=… -DNAME=esc_x -DOUT=… -P embed_text.cmake
#
# Makes `const char esc_x[]`, with a NUL behind it.
include(${CMAKE_CURRENT_LIST_DIR}/bytes.cmake)
esc_bytes(${FILE} bytes)
get_filename_component(called ${FILE} NAME)
file(WRITE ${OUT} "/* Made from ${called} by cmake/embed_text.cmake. */\nextern const char ${NAME}[];\nconst char ${NAME}[] = {\n${bytes}0};\n")
