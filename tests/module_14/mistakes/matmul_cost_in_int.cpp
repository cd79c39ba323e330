  return {.operations = static_cast<double>(2 * m * k * n), .bytes = static_cast<double>(4 * (m * k + k * n + m * n))};
