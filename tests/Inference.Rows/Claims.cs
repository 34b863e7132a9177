namespace Inference.Rows;

/// <summary>Lists of which models of folders the rows are proved independent.</summary>
internal static class Claims
{
    /// <summary>Prints a line for each folder with a <c>model.onnx</c> whose first axis is open, and how many are claimed.</summary>
    public static int Print(IEnumerable<string> roots)
    {
        int models = 0;
        int open = 0;
        int claimed = 0;
        foreach (string root in roots)
        {
            foreach (string file in Directory.GetFiles(root, "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                models++;
                string name = Path.GetRelativePath(root, Path.GetDirectoryName(file)!);
                try
                {
                    using IModelRunner runner = ModelRunner.Load(file);
                    if (runner.Info.BatchAxis is null)
                    {
                        continue;
                    }

                    open++;
                    claimed += runner.Info.RowIndependent ? 1 : 0;
                    Console.WriteLine($"{(runner.Info.RowIndependent ? "independent" : "open       ")} {name}");
                }
                catch (InferenceException exception)
                {
                    Console.WriteLine($"refused     {name}: {exception.GetType().Name}");
                }
            }
        }

        Console.WriteLine($"{models} models, {open} with a batch axis, {claimed} claimed independent");
        return 0;
    }
}
