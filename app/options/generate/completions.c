#include "app/options/generate/completions.h"

#include "app/options/option_table.h"

/* The choices of an option, with spaces between. */
static void print_choices(FILE *to, const Option *option)
{
    for (int i = 0; option->choices[i]; i++)
        fprintf(to, "%s%s", i ? " " : "", option->choices[i]);
}

static bool is_command(int command)
{
    return *command_table[command].word;
}

void completions_print_bash(FILE *to)
{
    fputs("# bash completion for lookout\n"
          "_lookout()\n{\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    COMPREPLY=()\n"
          "    # --option=value comes as three words\n"
          "    if [[ $current == \"=\" ]]; then current=; fi\n"
          "    if [[ $previous == \"=\" ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
          "    case $previous in\n",
          to);
    for (int i = 0; i < option_count; i++) {
        const Option *option = &option_table[i];
        if (option->type == OPTION_FLAG)
            continue;
        fprintf(to, "    --%s", option->name);
        if (option->letter)
            fprintf(to, "|-%c", option->letter);
        fputs(")\n", to);
        if (option->choices[0]) {
            fputs("        COMPREPLY=($(compgen -W \"", to);
            print_choices(to, option);
            fputs("\" -- \"$current\"))\n", to);
        } else if (option->type == OPTION_FILE) {
            fputs("        compopt -o filenames 2>/dev/null\n"
                  "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n",
                  to);
        }
        fputs("        return ;;\n", to);
    }
    fputs("    esac\n    if [[ $current == -* ]]; then\n        COMPREPLY=($(compgen -W \"", to);
    for (int i = 0; i < option_count; i++)
        fprintf(to, "%s--%s", i ? " " : "", option_table[i].name);
    fputs("\" -- \"$current\"))\n        return\n    fi\n"
          "    compopt -o filenames 2>/dev/null\n"
          "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
          "    if [[ $COMP_CWORD -eq 1 ]]; then\n        COMPREPLY+=($(compgen -W \"",
          to);
    for (int i = 0, first = 1; i < COMMAND_COUNT; i++)
        if (is_command(i))
            fprintf(to, "%s%s", first ? (first = 0, "") : " ", command_table[i].word);
    fputs("\" -- \"$current\"))\n    fi\n}\ncomplete -F _lookout lookout\n", to);
}

/* Text within a '...[...]' specification. */
static void put_zsh(FILE *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", to);
        else if (*text == '[' || *text == ']' || *text == ':' || *text == '\\')
            fprintf(to, "\\%c", *text);
        else
            fputc(*text, to);
    }
}

void completions_print_zsh(FILE *to)
{
    fputs("#compdef lookout\n_arguments -s -S \\\n", to);
    for (int i = 0; i < option_count; i++) {
        const Option *option = &option_table[i];
        const bool is_flag = option->type == OPTION_FLAG;
        if (option->letter)
            fprintf(to, "  '(-%c --%s)'{-%c%s,--%s%s}'[", option->letter, option->name, option->letter,
                    is_flag ? "" : "+", option->name, is_flag ? "" : "=");
        else
            fprintf(to, "  '--%s%s[", option->name, is_flag ? "" : "=");
        put_zsh(to, option->help);
        fputs("]", to);
        if (!is_flag) {
            fputs(":", to);
            put_zsh(to, option->argument);
            if (option->choices[0]) {
                fputs(":(", to);
                print_choices(to, option);
                fputs(")", to);
            } else {
                fputs(option->type == OPTION_FILE ? ":_files" : ": ", to);
            }
        }
        fputs("' \\\n", to);
    }
    fputs("  '1::command or input:{_files; compadd", to);
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (is_command(i))
            fprintf(to, " %s", command_table[i].word);
    fputs("}' \\\n  '*:input:_files'\n", to);
}

static void put_fish(FILE *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            fputc('\\', to);
        fputc(*text, to);
    }
}

void completions_print_fish(FILE *to)
{
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if (!is_command(i))
            continue;
        fprintf(to, "complete -c lookout -n __fish_is_first_arg -a %s -d '", command_table[i].word);
        put_fish(to, command_table[i].help);
        fputs("'\n", to);
    }
    for (int i = 0; i < option_count; i++) {
        const Option *option = &option_table[i];
        fprintf(to, "complete -c lookout -l %s", option->name);
        if (option->letter)
            fprintf(to, " -s %c", option->letter);
        if (option->choices[0]) {
            fputs(" -x -a '", to);
            print_choices(to, option);
            fputs("'", to);
        } else if (option->type != OPTION_FLAG) {
            fputs(option->type == OPTION_FILE ? " -r -F" : " -x", to);
        }
        fputs(" -d '", to);
        put_fish(to, option->help);
        fputs("'\n", to);
    }
}
