  const double intensity = cost.bytes / cost.operations;
  const double attainable = std::min(machine.operations, intensity * machine.bytes);
  return {.intensity = intensity, .attainable = attainable, .seconds = std::max(cost.operations / machine.operations, cost.bytes / machine.bytes), .bound = attainable < machine.operations ? Bound::memory : Bound::compute};
