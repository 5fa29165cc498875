# bytes.cmake - esc_bytes(FILE VARIABLE): the bytes of a file as the items of an array in C, sixteen on a line, each with a comma.
#
# For scripts that make a source of files (cmake -P); an array and no literal, of which C17 promises 4095 characters.
function(esc_bytes file variable)
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "    \\1\n" bytes "${bytes}")
    set(${variable} "${bytes}" PARENT_SCOPE)
endfunction()
