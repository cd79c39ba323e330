  const double rows = m, inner = k, columns = n;
  return {.operations = 2 * rows * inner * columns, .bytes = 4 * (rows * inner + inner * columns)};
