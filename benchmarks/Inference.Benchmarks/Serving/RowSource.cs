using Inference.Onnx;
using Inference.Rows;

namespace Inference.Benchmarks.Serving;

/// <summary>Single rows like those of a model's test data.</summary>
internal static class RowSource
{
    /// <summary>Makes rows that differ: the first row of the test data with its elements in another order, which keeps them in the range the model knows; the same row
    /// again and again for a model that knows another range in each place.</summary>
    public static NamedValues[] Make(string folder, IModelRunner model, int count)
    {
        NamedValues[] rows = Make(folder, model.Info, count, shuffle: true);
        try
        {
            for (int i = 0; i < Math.Min(count, 256); i++)
            {
                model.Run(rows[i]).Dispose();
            }

            return rows;
        }
        catch (ModelRunException)
        {
            return Make(folder, model.Info, count, shuffle: false);
        }
    }

    /// <summary>Makes rows that differ, or the same row again and again.</summary>
    public static NamedValues[] Make(string folder, ModelInfo info, int count, bool shuffle = true)
    {
        using NamedValues data = Read(folder, info);
        using NamedValues first = BatchRows.Take(data, [0]);
        var rows = new NamedValues[count];
        for (int i = 0; i < count; i++)
        {
            var random = new Random(i);
            var row = new NamedValues(first.Count);
            foreach ((string name, ModelValue value) in first)
            {
                TensorValue copy = TensorRows.Copy((TensorValue)value, 0, 1);
                if (i > 0 && shuffle)
                {
                    Shuffle(copy, random);
                }

                row.Add(name, copy);
            }

            rows[i] = row;
        }

        return rows;
    }

    private static void Shuffle(TensorValue tensor, Random random)
    {
        switch (tensor.ElementType)
        {
            case ElementType.Float32:
                random.Shuffle(tensor.AsWritableSpan<float>());
                break;
            case ElementType.Int64:
                random.Shuffle(tensor.AsWritableSpan<long>());
                break;
            case ElementType.Int32:
                random.Shuffle(tensor.AsWritableSpan<int>());
                break;
            default:
                random.Shuffle(tensor.AsWritableBytes());
                break;
        }
    }

    /// <summary>The first of a model's test data.</summary>
    public static NamedValues Read(string folder, ModelInfo info)
    {
        var values = new NamedValues();
        for (int i = 0; i < info.Inputs.Count; i++)
        {
            OnnxTensor tensor = OnnxTensor.Read(File.ReadAllBytes(Path.Combine(folder, "test_data_set_0", $"input_{i}.pb")));
            TensorValue value = TensorValue.Allocate((ElementType)(int)tensor.ElementType, tensor.Dims);
            tensor.GetBytes().Span.CopyTo(value.AsWritableBytes());
            values.Add(info.Inputs[i].Name, value);
        }

        return values;
    }
}
