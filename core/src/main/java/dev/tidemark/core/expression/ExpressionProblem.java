package dev.tidemark.core.expression;

/**
 * One mistake in an expression.
 *
 * @param line of the expression's text, from 1
 * @param column in that line, from 1
 * @param problem what is wrong
 * @param remedy what to write instead
 */
public record ExpressionProblem(int line, int column, String problem, String remedy) {}
