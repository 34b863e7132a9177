namespace Inference.Kernels.Windows;

/// <summary>Order of the axes of an image tensor in memory.</summary>
internal enum TensorLayout
{
    /// <summary>[batch, channels, height, width].</summary>
    Nchw = 0,

    /// <summary>[batch, height, width, channels].</summary>
    Nhwc = 1,
}
