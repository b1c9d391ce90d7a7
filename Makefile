SHELL := bash
.SHELLFLAGS := -o pipefail -c
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
SHOWCASE := dead-link broken-stream idle-peer lossy-commute keepalive-trap resume-or-lose reconnect-storm cut-while-connecting \
	pool-blind-spot wrong-suspect idle-too-eager dialback-triangle

# a run of the tests that ends with a plain count
COUNTED = dotnet test lab/Lab.Tests -c Release -v q $(FILTER) --logger "console;verbosity=minimal" | tee lab/test.log; status=$$?; \
	awk -F'[:,]' '/Failed:.*Passed:.*Skipped:/ {f+=$$2; p+=$$4; s+=$$6} END {printf "%d passed, %d failed, %d skipped\n", p, f, s}' lab/test.log; exit $$status

# for this machine alone: without the drawing libraries of others, and compiled ahead where the compiler for it can be had
PUBLISHED = lab/Lab.Cli/Lab.Cli.csproj --use-current-runtime -v m
AHEAD = -p:PublishReadyToRun=true

# of what dotnet says: a project's name when it is built, and what went wrong
TOLD = awk '/ -> .*\/lab\/bin\/$$/ {print "  the program, compiled for this machine"; next} / -> / {print "  " $$1; fflush(); next} NF && !/ restore/ {print; fflush()}'

.PHONY: run build test fuzz determinism accept bench validate install help

run: build ## build everything and run the showcase scenarios
	@lab/bin/lab run $(SHOWCASE:%=scenarios/%.yaml)

build: ## leave the program at lab/bin/lab
	@echo "building lab/bin/lab (the first time takes a minute or two)"
	@echo "  packages"
	@ahead=$$(dotnet restore $(PUBLISHED) $(AHEAD) > /dev/null 2>&1 && echo $(AHEAD)); \
	dotnet publish $(PUBLISHED) --no-self-contained -c Release -o lab/bin $$ahead | $(TOLD)

test: ## everything that proves the project; ends with a plain count
	@$(COUNTED)

fuzz: export LAB_FUZZ ?= 5m
fuzz: export LAB_FUZZ_FIRST ?= $(shell date +%Y%m%d)000000
fuzz: FILTER = --filter Category=Random
fuzz: ## the tests on random input, each for LAB_FUZZ=5m or so many cases (100000), from seed LAB_FUZZ_FIRST (else today's)
	@$(COUNTED)

determinism: build ## run every shipped scenario twice here and once in another process, and compare
	@lab/bin/lab repeat scenarios/*.yaml

accept: ## rewrite the golden files from what the code gives now; read the diff before you commit it
	@LAB_ACCEPT=1 dotnet test lab/Lab.Tests -c Release -v q --filter "FullyQualifiedName~Golden|FullyQualifiedName~The_picture_of_the_README|FullyQualifiedName~FigureTests"

bench: ## the numbers that matter, as a table
	@dotnet run -c Release --project lab/Lab.Bench

validate: ## published numbers beside the lab's; lab/VALIDATION.md keeps them
	@dotnet run -c Release --project lab/Lab.Bench -- validate lab/VALIDATION.md

install: ## add the program as the .NET tool "lab"
	@dotnet pack lab/Lab.Cli/Lab.Cli.csproj -c Release -o lab/bin/package -v q && dotnet tool install --global --add-source lab/bin/package lab

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile
