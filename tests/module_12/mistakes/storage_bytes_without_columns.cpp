  const auto nonzeros = static_cast<std::size_t>(std::count_if(weight.begin(), weight.end(), [](float w) { return w != 0; }));
  const std::size_t elements = rows * columns;
  return {.dense = elements * sizeof(float),
          .csr = nonzeros * sizeof(float) + (rows + 1) * sizeof(std::int32_t),
          .int8 = elements + rows * sizeof(float)};
