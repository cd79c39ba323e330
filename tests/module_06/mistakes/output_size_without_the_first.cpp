  return (size + 2 * padding - kernel) / stride;
