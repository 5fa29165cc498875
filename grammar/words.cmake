# words.cmake - the scanner's rules for the words of the language, from the grammar's tokens:
# cmake -DGRAMMAR=escal.y -DSCANNER=escal.l -DOUT=… -P words.cmake
#
# `%token <name> PAGE "page"` in escal.y is all that has to be said of a word: its rule is put where `%words` stands in
# escal.l. Words that only mean something together ("close when") get a rule that falls back to the first of them. A
# word that has a rule of its own in escal.l, because it depends on what stands around it, is left to that.
file(READ ${SCANNER} scanner)
file(STRINGS ${GRAMMAR} lines REGEX "^%token <name>")
string(REGEX MATCHALL "[A-Z_]+ \"[a-z_ ]+\"" tokens "${lines}")

foreach(token IN LISTS tokens)
    string(REGEX MATCH "^([A-Z_]+) \"([a-z_ ]+)\"" whole "${token}")
    set(token_of_${CMAKE_MATCH_2} ${CMAKE_MATCH_1})
endforeach()

set(rules "")
foreach(token IN LISTS tokens)
    string(REGEX MATCH "^([A-Z_]+) \"([a-z_ ]+)\"" whole "${token}")
    set(name ${CMAKE_MATCH_1})
    set(words "${CMAKE_MATCH_2}")
    if(name STREQUAL "NAME")
        continue() # "a name" is no word of the language
    endif()
    string(FIND "${scanner}" "\n\"${words}\" " alone)
    string(FIND "${scanner}" "\n\"${words}\"|" beside)
    if(NOT alone EQUAL -1 OR NOT beside EQUAL -1)
        continue()
    endif()
    if(NOT words MATCHES " ")
        string(APPEND rules "\"${words}\" WORD(T_${name});\n")
        continue()
    endif()
    string(REGEX MATCH "^[a-z]+" first "${words}")
    string(LENGTH ${first} size)
    set(first_name NAME)
    if(DEFINED token_of_${first})
        set(first_name ${token_of_${first}})
    endif()
    string(REPLACE " " "\"{B}\"" pattern "${words}")
    string(APPEND rules "\"${pattern}\" JOINED(${size}, T_${first_name}, T_${name});\n")
endforeach()

string(FIND "${scanner}" "\n%words\n" place)
if(place EQUAL -1)
    message(FATAL_ERROR "${SCANNER} has no line %words")
endif()
string(REPLACE "\n%words\n" "\n${rules}" scanner "${scanner}")
file(WRITE ${OUT} "${scanner}")
