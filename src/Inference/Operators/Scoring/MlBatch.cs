namespace Inference.Operators.Scoring;

/// <summary>Batch-axis rule of operators whose rows are independent.</summary>
internal static class MlBatch
{
    /// <summary>Every output carries the batch where input 0 does: along axis 0 of a matrix.</summary>
    public static void Rows(BatchContext context)
    {
        int own = context.InputAxis(0);
        bool good = own == 0 && context.InputShape(0) is { Length: >= 2 };
        for (int i = 0; i < context.Node.Outputs.Count; i++)
        {
            context.SetOutputAxis(i, own == BatchContext.None ? BatchContext.None : good ? 0 : BatchContext.Mixed);
        }
    }

    /// <summary>The output carries the batch as input 0 does.</summary>
    public static void Same(BatchContext context) => context.SetOutputAxis(0, context.InputAxis(0));

    /// <summary>The output carries the batch as input 0 does, which must not be along the columns that have constants of their own.</summary>
    public static void Columns(BatchContext context, bool single)
    {
        int own = context.InputAxis(0);
        bool apart = own < 0 || single || own < context.InputShape(0)!.Length - 1;
        context.SetOutputAxis(0, apart ? own : BatchContext.Mixed);
    }
}
