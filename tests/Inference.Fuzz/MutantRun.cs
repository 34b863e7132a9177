using Inference.Onnx;

namespace Inference.Fuzz;

/// <summary>Loads and runs one mutant and says what came of it.</summary>
internal sealed class MutantRun(TimeSpan deadline, long maxMemoryBytes)
{
    // Inputs that a mutant declares larger than this are not made: the signature alone asks for them, no work of the engine.
    private const long MaxInputElements = 1 << 22;

    /// <summary>One of <c>ran</c>, <c>run-refused</c>, <c>deadline</c>, <c>load-refused</c>, <c>not-run</c>, or <c>escape: …</c> for any exception that is not ours.</summary>
    public string Run(byte[] bytes, IReadOnlyDictionary<string, TensorValue> known)
    {
        bool loaded = false;
        try
        {
            using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(bytes), new ModelLoadOptions { Name = "mutant", Threads = 1, MaxRunTime = deadline, MaxLoadTime = deadline, MaxMemoryBytes = maxMemoryBytes });
            loaded = true;
            using NamedValues? inputs = Inputs(runner.Info, known);
            if (inputs is null)
            {
                return "not-run";
            }

            runner.Run(inputs).Dispose();
            return "ran";
        }
        catch (DeadlineExceededException)
        {
            return "deadline";
        }
        catch (Exception exception) when (exception is InferenceException or OnnxFormatException)
        {
            return loaded ? "run-refused" : "load-refused";
        }
        catch (Exception exception)
        {
            string where = exception.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("Inference.", StringComparison.Ordinal))?.Trim() ?? "";
            return $"escape: {(loaded ? "run" : "load")} {exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")} {where}";
        }
    }

    private static NamedValues? Inputs(ModelInfo info, IReadOnlyDictionary<string, TensorValue> known)
    {
        var values = new NamedValues();
        foreach (ModelPort port in info.Inputs.Where(p => !p.IsOptional))
        {
            if (known.TryGetValue(port.Name, out TensorValue? value) && Fits(port.Type, value))
            {
                values.Add(port.Name, value.Retain());
                continue;
            }

            ElementType type = port.Type.ElementType == ElementType.Undefined ? ElementType.Float32 : port.Type.ElementType;
            long[] shape = [.. (port.Type.Shape ?? []).Select(d => d.Size ?? 2)];
            double count = shape.Aggregate(1.0, (product, size) => product * size);
            if (port.Type.Kind != ModelValueKind.Tensor || count > MaxInputElements)
            {
                values.Dispose();
                return null;
            }

            TensorValue made = TensorValue.Allocate(type, shape);
            if (type != ElementType.String)
            {
                made.AsWritableBytes().Clear();
            }

            values.Add(port.Name, made);
        }

        return values;
    }

    private static bool Fits(ModelValueType type, TensorValue value) =>
        type.Kind == ModelValueKind.Tensor && type.ElementType == value.ElementType
        && (type.Shape is not { } shape || (shape.Count == value.Rank && shape.Select((d, i) => d.Size is not { } size || size == value.Shape[i]).All(fits => fits)));
}
