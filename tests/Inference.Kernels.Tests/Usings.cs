global using Inference.Kernels.Convolution.Depthwise;
global using Inference.Kernels.Convolution.Jobs;
global using Inference.Kernels.Convolution.Winograd;
global using Inference.Kernels.Gemm.Tiles;
global using Inference.Kernels.Quantized.Depthwise;
global using Inference.Kernels.Quantized.Results;
global using Inference.Kernels.Quantized.Tiles;
global using Inference.Kernels.Windows;
