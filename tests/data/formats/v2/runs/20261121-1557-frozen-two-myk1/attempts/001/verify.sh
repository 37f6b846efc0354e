#!/usr/bin/env bash
set -euo pipefail
test "${WORKCELL_ATTEMPT##*/}" = 2
