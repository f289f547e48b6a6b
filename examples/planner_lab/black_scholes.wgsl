// The price of a European call by Black and Scholes (1973). The normal distribution function is formula 26.2.17 of
// Abramowitz and Stegun, Handbook of Mathematical Functions.

fn cdf(x: f32) -> f32 {
    let k = 1.0 / (1.0 + 0.2316419 * abs(x));
    let p = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
    let tail = 0.39894228 * exp(-0.5 * x * x) * p;
    return select(tail, 1.0 - tail, x > 0.0);
}

fn price(spot: f32, strike: f32, years: f32) -> f32 {
    let deviation = 0.3 * sqrt(years);
    let d1 = (log(spot / strike) + 0.065 * years) / deviation;
    return spot * cdf(d1) - strike * exp(-0.02 * years) * cdf(d1 - deviation);
}
