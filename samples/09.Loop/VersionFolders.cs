using System.Globalization;
using Inference;
using Inference.Monitoring;
using Inference.Onnx;

namespace Loop;

/// <summary>The repository of versions: folders 1, 2, … with a model and the profile of the rows that it was tested with. A version appears complete, because its folder is renamed when it is.</summary>
/// <param name="root">The folder of the repository.</param>
internal sealed class VersionFolders(string root)
{
    /// <summary>The folder of the repository.</summary>
    public string Root => root;

    /// <summary>The model of a version.</summary>
    public string ModelOf(string version) => Path.Combine(root, version, "model.onnx");

    /// <summary>The profile of a version.</summary>
    public ReferenceProfile ProfileOf(string version) => ReferenceProfile.Load(Path.Combine(root, version, "reference.profile"));

    /// <summary>Publishes a model as the next version.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tested">The rows for which it is known to be right.</param>
    /// <returns>The version.</returns>
    public string Publish(OnnxModel model, LabelledRows tested)
    {
        Directory.CreateDirectory(root);
        string version = (1 + Directory.EnumerateDirectories(root).Select(static p => int.TryParse(Path.GetFileName(p), NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0).DefaultIfEmpty(0).Max()).ToString(CultureInfo.InvariantCulture);
        string temporary = Path.Combine(root, $".{version}.tmp");
        Directory.CreateDirectory(temporary);
        string path = Path.Combine(temporary, "model.onnx");
        model.Save(path);
        using (IModelRunner runner = ModelRunner.Load(path, new ModelLoadOptions { Name = "buyers", Version = version }))
        using (NamedValues inputs = tested.ToInputs())
        using (TensorValue labels = tested.ToLabels())
        using (NamedValues outputs = runner.Run(inputs))
        using (var profile = new ReferenceProfileBuilder(runner.Info))
        {
            profile.Add(inputs, outputs, labels);
            profile.Build().Save(Path.Combine(temporary, "reference.profile"));
        }

        Directory.Move(temporary, Path.Combine(root, version));
        return version;
    }
}
