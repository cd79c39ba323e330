  return base + (lowest - base) * static_cast<double>(step) / static_cast<double>(steps);
