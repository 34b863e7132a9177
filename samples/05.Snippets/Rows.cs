using Inference;
using Inference.Data;

namespace Snippets;

internal static class Rows
{
    public static async Task Map()
    {
        #region map
        using IModelRunner model = ModelRunner.Load("churn.onnx");
        MappedDataSource rows = MappedDataSource.Open("customers.csv", model.Info.Inputs, new MappingOptions { Labels = "churned", Slices = ["country"] });
        Console.WriteLine(rows.Report);
        await foreach (DataBatch batch in rows.ReadAsync(["features", "churned"], batchRows: 256))
        {
            using (batch)
            {
                ReadOnlySpan<float> features = batch.Values["features"].AsSpan<float>();
            }
        }
        #endregion
    }
}
