using System.Text;
using Inference.Onnx;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Tests.Support;

/// <summary>A real model with its first stored inputs.</summary>
internal static class SharedModel
{
    public static IModelRunner Load(string name) => ModelRunner.Load(TestData.Path("models", name), new ModelLoadOptions { Threads = 1 });

    public static NamedValues Inputs(IModelRunner runner, string name) => InputsOf(runner, TestData.Path("models", name));

    /// <summary>The first stored inputs of a model's folder.</summary>
    public static NamedValues InputsOf(IModelRunner runner, string folder)
    {
        var inputs = new NamedValues();
        for (int i = 0; i < runner.Info.Inputs.Count; i++)
        {
            OnnxTensor tensor = OnnxTensor.Read(File.ReadAllBytes(Path.Combine(folder, "test_data_set_0", $"input_{i}.pb")));
            inputs.Add(runner.Info.Inputs[i].Name, Value(tensor));
        }

        return inputs;
    }

    private static TensorValue Value(OnnxTensor tensor)
    {
        if (tensor.ElementType == OnnxElementType.String)
        {
            return TensorValue.Copy<string>([.. tensor.StringData.Select(s => Encoding.UTF8.GetString(s.Span))], tensor.Dims);
        }

        TensorValue value = TensorValue.Allocate((ElementType)(int)tensor.ElementType, tensor.Dims);
        tensor.GetBytes().Span.CopyTo(value.AsWritableBytes());
        return value;
    }
}
