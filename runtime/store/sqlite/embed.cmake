# embed.cmake - writes a file's bytes as a C array: cmake -DINPUT=… -DOUTPUT=… -DNAME=… -P embed.cmake
#
# An array and not a string literal: C17 promises only 4095 characters for a literal.
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)" "\\1\n    " bytes "${bytes}")
get_filename_component(source ${INPUT} NAME)
file(WRITE ${OUTPUT}
    "/* Made from ${source}; do not edit. */\nextern const char ${NAME}[];\nconst char ${NAME}[] = {\n    ${bytes}0x00};\n")
