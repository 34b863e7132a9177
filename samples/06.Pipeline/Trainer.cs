using Inference;
using Inference.Onnx;
using Loop;
using OptimizeAndServe.World;

namespace Pipeline;

/// <summary>Trains a model and writes what a delivery needs: the model, rows to calibrate on, and rows to test on, which it was not trained on.</summary>
internal static class Trainer
{
    /// <param name="folder">Receives model.onnx, calibration.npz and test.npz.</param>
    /// <param name="seed">The seed of the training; the rows are the same for all.</param>
    public static void Train(string folder, int seed)
    {
        Directory.CreateDirectory(folder);
        var customers = new Customers(seed: 11);
        LabelledRows training = customers.Take(8_000), calibration = customers.Take(6_000), test = customers.Take(20_000);
        Network.Train(training, epochs: 12, seed).ToModel().Save(Path.Combine(folder, "model.onnx"));
        Write(calibration, Path.Combine(folder, "calibration.npz"));
        Write(test, Path.Combine(folder, "test.npz"));
        Console.WriteLine($"trained on {training.Count} rows, seed {seed}; {test.Count} rows to test on");
    }

    private static void Write(LabelledRows rows, string path)
    {
        using NamedValues inputs = rows.ToInputs();
        using TensorValue labels = rows.ToLabels();

        // The region that a customer is in: every third one each.
        using TensorValue regions = TensorValue.Copy<long>([.. Enumerable.Range(0, rows.Count).Select(static i => (long)(i % 3))], [rows.Count]);
        NpzWriter.Write(path, [("features", (TensorValue)inputs["features"]), ("buys", labels), ("region", regions)]);
    }
}
