namespace Inference.Evaluation.Reading;

/// <summary>e^x ÷ Σe^x over groups.</summary>
internal static class Softmax
{
    public static double[] Of(double[] scores, int count)
    {
        var result = new double[scores.Length];
        for (int start = 0; start < scores.Length; start += count)
        {
            double most = double.NegativeInfinity, sum = 0;
            for (int i = start; i < start + count; i++)
            {
                most = Math.Max(most, scores[i]);
            }

            for (int i = start; i < start + count; i++)
            {
                result[i] = Math.Exp(scores[i] - most);
                sum += result[i];
            }

            for (int i = start; i < start + count; i++)
            {
                result[i] /= sum;
            }
        }

        return result;
    }
}
