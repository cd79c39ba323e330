  const double intensity = cost.operations / cost.bytes;
  const double attainable = std::max(machine.operations, intensity * machine.bytes);
  return {.intensity = intensity, .attainable = attainable, .seconds = std::max(cost.operations / machine.operations, cost.bytes / machine.bytes), .bound = attainable < machine.operations ? Bound::memory : Bound::compute};
