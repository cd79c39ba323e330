  const double rows = m, inner = k, columns = n;
  return {.operations = 2 * rows * inner * columns, .bytes = 4 * (2 * rows * inner * columns + rows * columns)};
