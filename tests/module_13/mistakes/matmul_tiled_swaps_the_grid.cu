  const dim3 threads(kMatmulSide, kMatmulSide);
  const dim3 blocks(static_cast<unsigned>((m - 1) / kMatmulSide + 1),
                    static_cast<unsigned>((n - 1) / kMatmulSide + 1));
  matmul_tiled_kernel<<<blocks, threads, 0, stream>>>(a, b, y, m, k, n);
