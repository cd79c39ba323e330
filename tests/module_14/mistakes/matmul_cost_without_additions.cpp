  const double rows = m, inner = k, columns = n;
  return {.operations = rows * inner * columns, .bytes = 4 * (rows * inner + inner * columns + rows * columns)};
