  return (size + 2 * padding - kernel + 1) / stride;
