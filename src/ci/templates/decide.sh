# Undecided is no failure here, and no pass for the next commit either.
code=$(cat assay-ci/code)
case $code in 4) echo "undecided: this machine is too noisy for these limits" ;; *) exit "$code" ;; esac
