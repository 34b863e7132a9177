using Inference.Onnx;

namespace Inference.Images.Tests;

/// <summary>Models and files of a few bytes.</summary>
internal static class ImageModels
{
    /// <summary>A pixmap of 2 × 1 pixels: 10, 20, 30 and 200, 100, 50.</summary>
    public static readonly byte[] Pixmap = [.. "P6 2 1 255\n"u8, 10, 20, 30, 200, 100, 50];

    /// <summary>encoded[n] → pixels[h, w, c].</summary>
    public static byte[] Decoder(string? format = null)
    {
        var node = new OnnxNode("ImageDecoder", ["encoded"], ["pixels"]);
        if (format is not null)
        {
            node.SetAttribute("pixel_format", format);
        }

        return Model(node);
    }

    public static byte[] Model(params OnnxNode[] nodes)
    {
        var model = new OnnxModel { IrVersion = 8, OperatorSets = { new OnnxOperatorSet("", 20) } };
        model.Graph.Inputs.Add(new OnnxValueInfo("encoded", OnnxType.Tensor(OnnxElementType.UInt8, "n")));
        model.Graph.Outputs.Add(new OnnxValueInfo("pixels", OnnxType.Tensor(OnnxElementType.UInt8, "h", "w", "c")));
        model.Graph.Nodes.AddRange(nodes);
        return model.ToArray();
    }

    public static byte[] Run(IModelRunner runner, byte[] encoded, out long[] shape)
    {
        using var inputs = new NamedValues { ["encoded"] = TensorValue.Copy<byte>(encoded, [encoded.Length]) };
        using NamedValues outputs = runner.Run(inputs);
        shape = outputs["pixels"].Shape.ToArray();
        return outputs["pixels"].AsSpan<byte>().ToArray();
    }
}
