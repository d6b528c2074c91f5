# What the scripts that run the program on cameras share; sourced with `name` set. Everything happens in a folder of its own.
work=$(mktemp -d)
cd "$work" || exit 1

fail()
{
    echo "FAILED  $name: $1"
    cat said 2>/dev/null
    exit 1
}

lines() { cat "$1" 2>/dev/null | wc -l; }

# until_true FUNCTION ARGUMENT...: waits until it succeeds
until_true()
{
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 500 ] || fail "waited for: $*"
        sleep 0.2
    done
}

has_lines() { [ "$(lines "$1")" -ge "$2" ]; }

# is_back COUNT: the program said so many times that a camera is back
is_back() { [ "$(grep -c 'is back' said)" -ge "$1" ]; }

# until_lines FILE COUNT: waits for that many lines
until_lines() { until_true has_lines "$1" "$2"; }

# until_more FILE COUNT: waits for so many lines more
until_more() { until_lines "$1" $(($(lines "$1") + $2)); }

# start COMMAND...: in the background, with the signals that a shell without job control takes from it there
start()
{
    env --default-signal=INT "$@" >said 2>&1 &
    process=$!
}

is_gone() { ! kill -0 $process 2>/dev/null; }

# stop SIGNAL CODE: ends it, at once and with that exit code
stop()
{
    kill "-$1" $process
    (
        sleep 20
        kill -KILL $process 2>/dev/null
    ) &
    timer=$!
    wait $process
    code=$?
    kill $timer 2>/dev/null
    [ $code -eq "$2" ] || fail "exit code $code after SIG$1, expected $2"
}

# is_whole FILE: it ends with a whole line
is_whole() { [ -s "$1" ] && [ -z "$(tail -c 1 "$1")" ]; }
