# embed_text.cmake - one file as a text in C: cmake -DFILE=… -DNAME=esc_x -DOUT=… -P embed_text.cmake
#
# Makes `const char esc_x[]`, with a NUL behind it.
file(READ ${FILE} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "    \\1\n" bytes "${bytes}")
get_filename_component(called ${FILE} NAME)
file(WRITE ${OUT} "/* Made from ${called} by cmake/embed_text.cmake. */\nextern const char ${NAME}[];\nconst char ${NAME}[] = {\n${bytes}0};\n")
