namespace Inference.Kernels.Convolution.Volumes;

/// <summary>The spatial size of a volume; an image is one plane.</summary>
internal readonly record struct VolumeSize(int Depth, int Height, int Width)
{
    /// <summary>Places.</summary>
    public nint Count => (nint)Depth * Height * Width;
}
