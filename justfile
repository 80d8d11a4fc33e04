# Shorthands for those who have `just`; nothing depends on it.

# What is run before a change is taken in
ci:
    .ci/run

test:
    cargo test --release

fmt:
    cargo fmt

# Time and peak memory of the whole job, the share of each stage, beside the bare reading of the same files
bench:
    cargo bench --bench run

# Processor time and peak memory of reading alone, text and workbook, beside the barest readers of the same files
bench-intake:
    cargo bench --bench intake

# A practice city beside the checkout, of which nothing is real
sample people="20000" seed="1":
    cargo run --release -- synth --people {{people}} --seed {{seed}} -o target/sample
    cargo run --release -- run target/sample/pipeline.toml
